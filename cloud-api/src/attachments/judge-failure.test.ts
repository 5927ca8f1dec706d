import { AppError } from '@nucleus/shared/failure/app-error';
import { expect, test } from 'vitest';
import { FetchRefusal } from './fetch/vet-target.ts';
import { judgeFailure } from './judge-failure.ts';

const unreachable = (cause: unknown) =>
  new AppError('attachment-unreachable', 'The image could not be fetched.', { cause });
const coded = (code: string) => Object.assign(new Error(code), { code });
const judge = (cause: unknown) => {
  const { code, mayPass } = judgeFailure(unreachable(cause), 80 * 1024 * 1024);
  return [code, mayPass];
};

test.each([
  [new FetchRefusal('status', 404), 'fetch_not_found', false],
  [new FetchRefusal('status', 410), 'fetch_not_found', false],
  [new FetchRefusal('status', 401), 'fetch_forbidden', false],
  [new FetchRefusal('status', 403), 'fetch_forbidden', false],
  [new FetchRefusal('status', 400), 'fetch_server_error', false],
  [new FetchRefusal('status', 429), 'fetch_server_error', true],
  [new FetchRefusal('status', 503), 'fetch_server_error', true],
  [new FetchRefusal('declared size'), 'content_too_large', false],
  [new FetchRefusal('rate'), 'fetch_timeout', true],
  [new FetchRefusal('cut off'), 'fetch_failed', true],
  [new FetchRefusal('connect'), 'fetch_failed', true],
  [new FetchRefusal('scheme'), 'fetch_failed', false],
  [new FetchRefusal('content encoding'), 'fetch_failed', false],
  [coded('ECONNRESET'), 'fetch_failed', true],
  [coded('EAI_AGAIN'), 'fetch_failed', true],
])('%s is %s, may pass: %s', (cause, code, mayPass) => {
  expect(judge(cause)).toEqual([code, mayPass]);
});

test('an address inside is told exactly as a name that does not exist', () => {
  const inside = judgeFailure(unreachable(new FetchRefusal('address')), 1);
  expect(judgeFailure(unreachable(coded('ENOTFOUND')), 1)).toEqual(inside);
  expect(inside).toEqual({ code: 'fetch_failed', message: 'The image could not be fetched.', mayPass: false });
});

test('what is no image is final', () => {
  expect(judgeFailure(new AppError('attachment-refused', 'x'), 1)).toMatchObject({
    code: 'content_not_image',
    mayPass: false,
  });
});

test.each([
  [new FetchRefusal('status', 403), 'fetch_forbidden', false],
  [new FetchRefusal('connect'), 'source_refused', true],
  [undefined, 'source_refused', false],
])('what a store of the customer’s own says is told (%s)', (cause, code, mayPass) => {
  const message = 'The store refused access to this object: test the integration.';
  expect(judgeFailure(new AppError('attachment-unreachable', message, { cause }), 1)).toEqual({
    code,
    message,
    mayPass,
  });
});
