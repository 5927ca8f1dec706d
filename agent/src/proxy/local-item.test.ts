import { expect, test } from 'vitest';
import type { NoPixelsCode } from '../record/exceptions.ts';
import type { PlacedItem } from '../state/lookups.ts';
import { localItem } from './local-item.ts';

function without(noPixels: NoPixelsCode, showsVideos: boolean) {
  const facts = JSON.stringify({ width: 320, height: 180, noPixels, fields: { format: 'mp4' } });
  const row: PlacedItem = {
    ...{ item_key: Buffer.alloc(16), source_no: 1, reference_id: 'a', path: Buffer.from('a'), byte_size: 1, facts },
    ...{ presence: 'live', status: 'catalogued', exception_code: null, sidecar_fault: null },
    ...{ revision: 1, acked_revision: 1, is_queued: 0, is_dead: 0 },
  };
  return localItem(row, 'main', showsVideos);
}

test('a video shows a frame where one can be had; elsewhere it says how', () => {
  expect(without('video', true)).toMatchObject({ has_poster: true, no_pixels: expect.not.stringContaining('ffmpeg') });
  expect(without('video', false).has_poster).toBeUndefined();
  expect(without('video', false).no_pixels).toContain('ffmpeg');
});

test('what else has no pixels shows none', () => {
  expect(without('hevc', true).has_poster).toBeUndefined();
  expect(without('hevc', true).no_pixels).toContain('HEVC');
});
