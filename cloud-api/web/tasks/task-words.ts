/** What tasks and attachments are called. Pure. */
import { counted } from '@nucleus/shared/ui/words/quantities.ts';
import type { Task, TaskAttachment } from '@nucleus/shared/wire/tasks';

export const taskStates = {
  pending: { word: 'Pending', tone: '' },
  completed: { word: 'Completed', tone: 'in' },
  error: { word: 'Error', tone: 'd' },
  canceled: { word: 'Canceled', tone: '' },
} as const;

/** States of one attachment; `none` is where nothing is stored and nothing will be. */
export const attachmentStates = {
  pending: { word: 'Waiting', tone: '' },
  fetching: { word: 'Fetching', tone: '' },
  processing: { word: 'Processing', tone: '' },
  ready: { word: 'Ready', tone: 'in' },
  error: { word: 'Error', tone: 'd' },
  none: { word: 'Not stored', tone: '' },
} as const;

const types: Readonly<Record<string, string>> = {
  imageannotation: 'image annotation',
  segmentannotation: 'segmentation',
  categorization: 'categorization',
  documenttranscription: 'transcription',
  textcollection: 'text collection',
  namedentityrecognition: 'named entities',
};

export function nameOfType(type: string): string {
  return types[type] ?? type;
}

/** How far the attachments of a task are, in a few words. */
export function attachmentsLine(attachments: readonly Pick<TaskAttachment, 'state'>[]): string {
  const all = attachments.length;
  if (all === 0) return 'none';
  const of = (state: TaskAttachment['state']) => attachments.filter((each) => each.state === state).length;
  const failed = of('error');
  if (failed > 0) return `${failed} of ${all} failed`;
  const ready = of('ready');
  if (ready === all) return `${all} ready`;
  const moving = (['fetching', 'processing'] as const).find((state) => of(state) > 0);
  return moving === undefined ? `${all - ready} of ${all} waiting` : `${moving} ${of(moving)} of ${all}`;
}

export function billingOf({ status }: Pick<Task, 'status'>): string {
  if (status === 'completed') return 'billed';
  return status === 'error' || status === 'canceled' ? 'not billed' : '';
}

/** What stands above the attachments of one task. */
export function taskSentence({ status, attachments }: Pick<Task, 'status' | 'attachments'>): string {
  const failed = attachments.filter(({ state }) => state === 'error').length;
  if (status === 'error') {
    const what = failed === 1 ? 'One attachment' : counted(failed, 'attachment');
    return `${what} could not be brought in, so the task is not labelled and not billed.`;
  }
  if (status === 'completed') return 'Completed and billed once. The attachments are kept as proof.';
  if (status === 'canceled')
    return 'Canceled, not billed. Its attachments go 7 days after nothing else refers to them.';
  return attachments.every(({ state }) => state === 'ready')
    ? 'All attachments are stored; the task waits to be completed.'
    : 'The attachments are on their way.';
}

export const causes: readonly (readonly [string, string])[] = [
  ['fetch_failed', 'The address cannot be reached from here, or must not be.'],
  ['fetch_not_found', 'The address answered 404 or 410.'],
  ['fetch_forbidden', 'The address refused access.'],
  ['fetch_timeout', 'The whole image did not arrive in time.'],
  ['content_not_image', 'The address returned something else, often a web page.'],
  ['content_too_large', 'The body passed the limit of this cloud.'],
];
