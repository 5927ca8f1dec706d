import { expect, test } from 'vitest';
import { nextScanInMs } from './scan-pace.ts';

const calm = { baseMs: 1000, tookMs: 5, isWatched: true, calmScans: 0 };

test.each([
  ['the configured interval at first', calm, 1000],
  ['twice as long after one calm scan', { ...calm, calmScans: 1 }, 2000],
  ['eight times at most', { ...calm, calmScans: 50 }, 8000],
  ['never stretched where events do not come', { ...calm, calmScans: 50, isWatched: false }, 1000],
  ['ten times the scan where scanning takes long', { ...calm, tookMs: 3000 }, 30_000],
])('%s', (_, pace, wantMs) => expect(nextScanInMs(pace)).toBe(wantMs));
