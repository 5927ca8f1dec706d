import { expect, test } from 'vitest';
import { frameAt, steppedTime, timeOfFrame } from './frame-time.ts';

test.each([10, 23.976, 25, 29.97, 59.94])('at %d frames a second every frame is stepped through and back', (rate) => {
  const frames = 120;
  let at = 0;
  const seen = [frameAt(at, rate)];
  for (let frame = 1; frame < frames; frame += 1) {
    at = steppedTime(at, 1, rate, frames / rate);
    seen.push(frameAt(at, rate));
  }
  expect(seen).toEqual(Array.from({ length: frames }, (_, frame) => frame));
  expect(frameAt(steppedTime(at, 1, rate, frames / rate), rate)).toBe(frames - 1);
  expect(frameAt(steppedTime(at, -200, rate, frames / rate), rate)).toBe(0);
});

test('a time that a browser rounded down by a little is still its frame', () => {
  expect(frameAt(7 / 25 - 1e-6, 25)).toBe(7);
  expect(frameAt(timeOfFrame(7, 25), 25)).toBe(7);
  expect(steppedTime(1, 1, 25, Number.NaN)).toBe(timeOfFrame(26, 25));
});
