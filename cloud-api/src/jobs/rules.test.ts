import { expect, test } from 'vitest';
import { type KnownJob, readDate, spellJobState, statusOf, toJobState } from './rules.ts';

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

test('a message of any size is told letter by letter, and no letter is cut in two', () => {
  const message = { names: `a${'🙂'.repeat(1_200_000)}` };
  const pieces = [...spellJobState(job({ message: JSON.stringify(message) }), 2_000, link)];
  expect(pieces.length).toBeGreaterThan(3);
  expect(pieces.every((piece) => piece.isWellFormed())).toBe(true);
  expect(JSON.parse(pieces.join(''))).toEqual({ ...toJobState(job(), 2_000, link), message });
  const small = job({ message: JSON.stringify({ names: 'a' }) });
  expect(JSON.parse([...spellJobState(small, 2_000, link)].join(''))).toEqual(toJobState(small, 2_000, link));
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
