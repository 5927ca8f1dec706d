/** What states of batches are called, and what is said of their tasks. Pure. */
import { counted } from '@nucleus/shared/ui/words/quantities.ts';
import type { BatchView } from '@nucleus/shared/wire/projects';

export const batchStates = {
  staging: { word: 'Open', tone: 'w' },
  in_progress: { word: 'Finalized', tone: '' },
  completed: { word: 'Completed', tone: 'in' },
} as const;

export function taskTotal({ pending, completed, canceled, error }: BatchView['tasks']): number {
  return pending + completed + canceled + error;
}

/** What is wrong with, or not yet there of, the attachments of a batch. */
export function attachmentsLine(batch: Pick<BatchView, 'attachments_failed' | 'attachments_moving' | 'tasks'>): string {
  if (taskTotal(batch.tasks) === 0) return 'none';
  if (batch.attachments_failed > 0) return `${counted(batch.attachments_failed, 'attachment')} failed`;
  return batch.attachments_moving > 0 ? `${counted(batch.attachments_moving, 'attachment')} on the way` : 'all stored';
}

/** What stands above the tasks of one batch. */
export function batchSentence({ status, tasks }: Pick<BatchView, 'status' | 'tasks'>): string {
  if (status === 'completed') return 'Completed: none of its tasks is pending, and it takes no more.';
  if (status === 'in_progress')
    return `Finalized: it takes no more tasks and is completed once ${counted(tasks.pending, 'pending task')} ended.`;
  return taskTotal(tasks) === 0
    ? 'Open and empty. Add tasks from a CSV, or name it in tasks that you create.'
    : 'Open: it takes more tasks until you finalize it.';
}
