import { expect, test } from 'vitest';
import { attachmentsLine, billingOf, taskSentence } from './task-words.ts';

const of = (...states: ('pending' | 'fetching' | 'processing' | 'ready' | 'error')[]) =>
  states.map((state) => ({ attachment: 'x', state, code: null, message: null }));

test.each([
  [of(), 'none'],
  [of('ready', 'ready'), '2 ready'],
  [of('ready', 'error', 'fetching'), '1 of 3 failed'],
  [of('ready', 'fetching', 'pending', 'pending'), 'fetching 1 of 4'],
  [of('processing', 'ready'), 'processing 1 of 2'],
  [of('pending', 'ready'), '1 of 2 waiting'],
])('attachments %j read "%s"', (attachments, line) => {
  expect(attachmentsLine(attachments)).toBe(line);
});

test('only a completed task is called billed', () => {
  expect(['pending', 'completed', 'error', 'canceled'].map((status) => billingOf({ status } as never))).toEqual([
    '',
    'billed',
    'not billed',
    'not billed',
  ]);
});

test('a failed task says how many attachments are missing and that it is not billed', () => {
  expect(taskSentence({ status: 'error', attachments: of('error', 'ready') })).toBe(
    'One attachment could not be brought in, so the task is not labelled and not billed.',
  );
  expect(taskSentence({ status: 'error', attachments: of('error', 'error') })).toMatch(/^2 attachments could not/);
});
