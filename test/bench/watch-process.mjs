/** What a process uses, read from /proc. */
import { readdirSync, readFileSync } from 'node:fs';

/** Seconds of CPU that a process and those it started have used. Children that ended count by their parent. */
export function cpuSeconds(parentPid) {
  const ticks = readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map((pid) => readStat(pid))
    .filter((stat) => stat !== undefined && (stat.pid === parentPid || stat.parent === parentPid))
    .reduce((sum, stat) => sum + stat.ticks, 0);
  return ticks / 100;
}

function readStat(pid) {
  try {
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8')
      .replace(/^.*\) /, '')
      .split(' ');
    // utime, stime, and both of children that ended
    return {
      pid: Number(pid),
      parent: Number(fields[1]),
      ticks: fields.slice(11, 15).reduce((sum, each) => sum + Number(each), 0),
    };
  } catch {
    return undefined;
  }
}

/** Growth of a process's resident memory, in MB, from now to `stop`. */
export function watchMemory(pid) {
  const rss = () => Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0) / 1024;
  const before = rss();
  let most = before;
  const timer = setInterval(() => {
    most = Math.max(most, rss());
  }, 25);
  return {
    stop: () => {
      clearInterval(timer);
      return Math.max(0, most - before);
    },
  };
}
