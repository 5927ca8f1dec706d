import { expect, test } from 'vitest';
import { attachmentsLine, batchSentence } from './batch-words.ts';

const tasks = { pending: 2, completed: 1, canceled: 0, error: 0 };
test.each([
  [{ attachments_failed: 1, attachments_moving: 4, tasks }, '1 attachment failed'],
  [{ attachments_failed: 0, attachments_moving: 4, tasks }, '4 attachments on the way'],
  [{ attachments_failed: 0, attachments_moving: 0, tasks }, 'all stored'],
  [{ attachments_failed: 0, attachments_moving: 0, tasks: { ...tasks, pending: 0, completed: 0 } }, 'none'],
])('%j reads "%s"', (batch, line) => {
  expect(attachmentsLine(batch)).toBe(line);
});

test.each([
  [{ status: 'staging', tasks: { ...tasks, pending: 0, completed: 0 } }, /^Open and empty/],
  [{ status: 'staging', tasks }, /takes more tasks/],
  [{ status: 'in_progress', tasks }, /once 2 pending tasks ended/],
  [{ status: 'completed', tasks }, /^Completed/],
] as const)('%j is told', (batch, sentence) => {
  expect(batchSentence(batch)).toMatch(sentence);
});
