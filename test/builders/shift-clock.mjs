/**
 * Preloaded into a program under test: its wall clock is off by as many milliseconds as the file that TEST_CLOCK_FILE names says, and
 * jumps when that changes. What counts time that passes is left alone, as on a machine whose clock is set.
 */
import { readFileSync } from 'node:fs';

const RealDate = Date;
let offsetMs = 0;
setInterval(() => {
  offsetMs = Number(readFileSync(process.env.TEST_CLOCK_FILE, 'utf8')) || 0;
}, 20).unref();

globalThis.Date = class extends RealDate {
  constructor(...parts) {
    if (parts.length === 0) super(RealDate.now() + offsetMs);
    else super(...parts);
  }
  static now() {
    return RealDate.now() + offsetMs;
  }
};
