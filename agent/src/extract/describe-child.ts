/**
 * A decoder process: one task after the other, over the channel to its parent. Whatever hangs or crashes in here is killed
 * and replaced by the pool. It opens files below the roots it is told and nothing else.
 */

import { prepareDecoder } from './decoder.ts';
import { describeFile, previewFile } from './describe-file.ts';
import type { ChildMessage, ChildReply, ChildSetup, ChildTask } from './described.ts';
import { readTags } from './read-tags.ts';

let setup: ChildSetup | undefined;
let queue: ChildTask[] = [];
let isAtWork = false;

const fault = prepareDecoder();

process.on('message', (message: ChildSetup | ChildMessage) => {
  if (message.kind === 'setup') {
    setup = message;
    process.send?.(fault === undefined ? { kind: 'ready' } : { kind: 'refused', sentence: fault });
  } else if (message.kind === 'forget') {
    queue = queue.filter(({ id }) => !message.ids.includes(id));
  } else {
    queue.push(...message.tasks);
    if (!isAtWork) void workOff();
  }
});
process.on('disconnect', () => process.exit(0));

async function workOff(): Promise<void> {
  isAtWork = true;
  for (let task = takeNext(); task !== undefined; ) {
    const reply = await work(task);
    const next = takeNext();
    process.send?.({ ...reply, next: next?.id });
    task = next;
  }
  isAtWork = false;
}

/** Somebody looks at a screen and waits for a preview; descriptions take their turns. */
function takeNext(): ChildTask | undefined {
  const urgent = queue.findIndex(({ kind }) => kind !== 'describe');
  return urgent > 0 ? queue.splice(urgent, 1)[0] : queue.shift();
}

async function work(task: ChildTask): Promise<ChildReply> {
  if (!setup) throw new Error('a task came before the setup');
  if (task.kind === 'describe') {
    const described = await describeFile(task.request, setup.limits, setup.contentKey);
    return { kind: 'described', id: task.id, described, rssBytes: process.memoryUsage.rss() };
  }
  const made =
    task.kind === 'tags' ? await readTags(task.request, setup.limits) : await previewFile(task.request, setup.limits);
  const common = { id: task.id, rssBytes: process.memoryUsage.rss() };
  if (made.kind === 'tags') return { kind: 'tags', ...common, tags: made.tags };
  return made.kind === 'preview'
    ? { kind: 'preview', ...common, bytes: made.bytes }
    : { kind: 'preview-failed', ...common, code: made.code };
}
