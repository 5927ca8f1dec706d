/** A decoder process: one picture after the other, over the channel to its parent, which kills and replaces what hangs. */
import { readFile } from 'node:fs/promises';
import { decodePicture, describeRegions, prepareDecoder, renderPreview } from './decode-picture.ts';
import type { DecodeReply, DecodeTask } from './decoded.ts';
import { readMask } from './read-mask.ts';

prepareDecoder();

process.on('message', (task: DecodeTask) => {
  void work(task).then((done) => {
    const reply: DecodeReply = { ...nothing, ...done, id: task.id, rssBytes: process.memoryUsage.rss() };
    process.send?.(reply);
  });
});
process.on('disconnect', () => process.exit(0));

const nothing = { decoded: undefined, isRendered: false };

async function work({ path, format, render, regions, asMask }: DecodeTask): Promise<Partial<DecodeReply>> {
  try {
    if (regions !== undefined) return { blurhashes: await describeRegions(path, format, regions) };
    if (asMask === true) return { mask: readMask(await readFile(path)) };
    if (render === undefined) return { decoded: await decodePicture(path, format) };
    await renderPreview(path, format, render);
    return { isRendered: true };
  } catch {
    return {};
  }
}
