import { expect, test } from 'vitest';
import { whyNotSynced } from './why-not-synced.ts';

const synced = {
  presence: 'live',
  status: 'catalogued',
  revision: 2,
  acked_revision: 2,
  exception_sentence: null,
  sourceState: 'live',
  is_queued: 0,
  is_held: 0,
  dead_code: null,
} as const;
const queued = { ...synced, is_queued: 1 } as const;

test.each([
  [synced, 'connected', undefined, 'acknowledged revision 2'],
  [queued, 'connected', undefined, 'in the queue'],
  [{ ...synced, revision: 3 }, 'unreachable', undefined, 'cannot be reached'],
  [queued, 'never-reached', undefined, 'not been reached yet'],
  [queued, 'connected', 'key-refused', 'paused'],
  [{ ...queued, sourceState: 'suspended' }, 'connected', undefined, 'suspended'],
  [{ ...queued, dead_code: 'invalid-request' }, 'connected', undefined, 'for good (invalid-request)'],
  [
    { ...synced, status: 'exception', exception_sentence: 'The file is empty.' },
    'connected',
    undefined,
    'The file is empty.',
  ],
  [{ ...synced, status: 'pending' }, 'connected', undefined, 'waits to be read'],
  [{ ...synced, presence: 'missing', is_held: 1 }, 'connected', undefined, 'waits for a person'],
  [{ ...synced, presence: 'tombstone' }, 'connected', undefined, 'the cloud is told so'],
] as const)('%#: %o at a cloud that is %s', (item, cloud, pause, part) => {
  expect(whyNotSynced(item, cloud, pause)).toContain(part);
});
