import { expect, test } from 'vitest';
import { type KnownJob, listsOf, readDate, statusOf, toJobState } from './rules.ts';

const link = (jobId: string, part: number, format: string) => `/${jobId}/${part}.${format}`;

const job = (over: Partial<KnownJob> = {}): KnownJob => ({
  jobId: 'job_a',
  kind: 'metadataUpdate',
  datasetId: null,
  state: 'open',
  message: '{}',
  completedSteps: 0,
  totalSteps: 3,
  createdAt: 1_000,
  endedAt: null,
  resultsGone: 0,
  ...over,
});

test.each([
  ['open', null, 99_000, 'Running'],
  ['completed', 1_100, 1_499, 'Running'],
  ['completed', 1_100, 1_500, 'Completed'],
  ['completed', 9_000, 9_000, 'Completed'],
  ['errored_user', 1_100, 2_000, 'Errored_User'],
  ['errored_server', 1_100, 2_000, 'Errored_Server'],
  ['cancelled', 1_100, 2_000, 'Cancelled'],
])('a job that is %s since %s reads %3$s', (state, endedAt, nowMs, status) => {
  expect(statusOf(job({ state, endedAt }), nowMs)).toBe(status);
});

test.each([
  [0, 3, '0.00'],
  [1, 3, '0.33'],
  [2_999, 3_000, '0.99'],
  [0, 0, '1.00'],
])('%i of %i steps are %s', (completedSteps, totalSteps, progress) => {
  expect(toJobState(job({ completedSteps, totalSteps }), 2_000, link).job_progress).toBe(progress);
});

test('a completed job is whole', () => {
  const state = toJobState(job({ state: 'completed', endedAt: 1_000, completedSteps: 3 }), 5_000, link);
  expect([state.job_progress, state.completed_steps, state.total_steps]).toEqual(['1.00', 3, 3]);
});

test.each([
  ['2024-01-02', Date.UTC(2024, 0, 2)],
  ['2024-01-02T03:04:05', Date.UTC(2024, 0, 2, 3, 4, 5)],
  ['2024-01-02 03:04:05.250', Date.UTC(2024, 0, 2, 3, 4, 5, 250)],
  ['2024-01-02T03:04:05+02:00', Date.UTC(2024, 0, 2, 1, 4, 5)],
])('the date %s is read as UTC unless it says otherwise', (text, at) => {
  expect(readDate('from_date', text)).toBe(at);
});

test('what is no date is refused', () => {
  expect(() => readDate('from_date', 'yesterday')).toThrow(expect.objectContaining({ code: 'invalid-request' }));
});

test('files of a job are links for a day, and then told as gone', () => {
  const message = JSON.stringify({ items: 2, result_files: [{ part: 0, format: 'csv' }] });
  const ended = job({ state: 'completed', endedAt: 1_000, message });
  expect(toJobState(ended, 5_000, link).message).toEqual({ items: 2, result: ['/job_a/0.csv'] });
  expect(toJobState(ended, 2_000 + 86_400_000, link).message).toEqual({ items: 2, result: [], expired: true });
});

test('lists and files that were withdrawn are empty, and told as gone', () => {
  const lists = { ids: 2, result_lists: ['unique_item_ids', 'unique_reference_ids'] };
  const ended = job({ state: 'completed', endedAt: 1_000, message: JSON.stringify(lists) });
  expect([toJobState(ended, 5_000, link).message, listsOf(ended)]).toEqual([{ ids: 2 }, lists.result_lists]);
  const gone = { ...ended, resultsGone: 1 };
  const none = { ids: 2, unique_item_ids: [], unique_reference_ids: [], expired: true };
  expect([toJobState(gone, 5_000, link).message, listsOf(gone)]).toEqual([none, []]);
  const files = JSON.stringify({ items: 2, result_files: [{ part: 0, format: 'csv' }] });
  const withFiles = job({ state: 'completed', endedAt: 1_000, message: files, resultsGone: 1 });
  expect(toJobState(withFiles, 5_000, link).message).toEqual({ items: 2, result: [], expired: true });
});
