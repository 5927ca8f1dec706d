import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { judgeReply, parseRetryAfter } from './judge-reply.ts';

const now = Date.parse('2026-11-23T12:00:00Z');

test.each([
  { header: '7', want: 7, why: 'seconds' },
  { header: 'Mon, 23 Nov 2026 12:00:30 GMT', want: 30, why: 'a date' },
  { header: 'Mon, 23 Nov 2026 11:00:00 GMT', want: 0, why: 'a date that is past' },
  { header: '86400', want: 3600, why: 'an hour at most' },
  { header: 'soon', want: undefined, why: 'nothing that can be read' },
  { header: undefined, want: undefined, why: 'nothing said' },
])('Retry-After: $why', ({ header, want }) => {
  expect(parseRetryAfter(header, now)).toBe(want);
});

describe('an answer means', () => {
  const judge = (status: number, code?: string, body = '{}') =>
    judgeReply(
      { status, code, retryAfter: undefined, body: Buffer.from(body) },
      z.object({ ok: z.literal(true) }),
      now,
    );
  test.each([
    { status: 200, body: '<html>', want: 'cloud-refused' },
    { status: 302, want: 'cloud-refused' },
    { status: 400, want: 'invalid-request' },
    { status: 401, want: 'unauthenticated' },
    { status: 403, want: 'forbidden' },
    { status: 403, code: 'agent-not-approved', want: 'agent-not-approved' },
    { status: 409, code: 'superseded', want: 'superseded' },
    { status: 409, code: 'epoch-changed', want: 'epoch-changed' },
    { status: 500, code: 'epoch-changed', want: 'cloud-refused' },
    { status: 413, want: 'body-too-large' },
    { status: 426, want: 'upgrade-required' },
    { status: 429, want: 'overloaded' },
    { status: 503, want: 'overloaded' },
    { status: 500, want: 'cloud-refused' },
  ])('$status $code is $want', ({ status, code, body, want }) => {
    expect(() => judge(status, code, body)).toThrow(expect.objectContaining({ code: want }));
  });

  test('its body when all is well', () => {
    expect(judge(200, undefined, '{"ok":true}')).toEqual({ ok: true });
  });
});
