/** Frames of a video of a constant rate, by time. Pure. */

/** What is assumed where a record says nothing. */
export const usualRate = 25;

/** Number of the frame that stands at a time, from 0. */
export function frameAt(seconds: number, rate: number): number {
  // a time is rounded by the browser: a thousandth of a frame belongs to the next
  return Math.max(0, Math.floor(seconds * rate + 1e-3));
}

/** A time in the middle of a frame, where every browser shows this one and no neighbour. */
export function timeOfFrame(frame: number, rate: number): number {
  return (frame + 0.5) / rate;
}

/** The time some frames on, kept inside the video. */
export function steppedTime(seconds: number, by: number, rate: number, durationS: number): number {
  const last = Number.isFinite(durationS) ? Math.max(0, Math.ceil(durationS * rate) - 1) : Number.POSITIVE_INFINITY;
  return timeOfFrame(Math.min(last, Math.max(0, frameAt(seconds, rate) + by)), rate);
}
