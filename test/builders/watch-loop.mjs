/**
 * Preloaded into a program under test: writes to the file `TEST_LOOP_FILE` the longest that its own work has kept the event loop from turning,
 * in processor time of the loop's thread. How long other programs had the processor is not in it. SIGUSR2 begins anew.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { isMainThread } from 'node:worker_threads';

const file = process.env.TEST_LOOP_FILE;
/** Nanoseconds that the main thread has run. */
function ranNs() {
  return Number(readFileSync(`/proc/self/task/${process.pid}/schedstat`, 'latin1').split(' ')[0]);
}

if (isMainThread && file !== undefined) {
  let longestMs = 0;
  let before = ranNs();
  const note = (ms) => {
    longestMs = ms;
    writeFileSync(file, String(ms));
  };
  note(0);
  process.on('SIGUSR2', () => {
    note(0);
    before = ranNs();
  });
  // at the end of each turn; unreferenced, so that an idle loop still waits
  const look = () => {
    const now = ranNs();
    if ((now - before) / 1e6 > longestMs) note((now - before) / 1e6);
    before = now;
    setImmediate(look).unref();
  };
  setImmediate(look).unref();
}
