/** Runs programs and tells what they cost, children included. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';

/** Seconds of CPU of all processes that this one started and saw end. Ticks are hundredths on every Linux that Node runs on. */
function endedCpuSeconds() {
  const fields = readFileSync('/proc/self/stat', 'utf8').split(') ')[1].split(' ');
  return (Number(fields[13]) + Number(fields[14])) / 100;
}

/**
 * Runs commands beside each other to their ends.
 * @param {[string, string[]][]} commands
 * @returns wall and CPU seconds of all of them, and what the first one wrote when it is a program of ours.
 */
export async function runAll(commands) {
  const cpuBefore = endedCpuSeconds();
  const started = performance.now();
  let output = '';
  await Promise.all(
    commands.map(async ([command, args], i) => {
      const isHeard = command === process.execPath && i === 0;
      const child = spawn(command, args, { stdio: ['ignore', isHeard ? 'pipe' : 'ignore', 'inherit'] });
      child.stdout?.on('data', (chunk) => {
        output += chunk;
      });
      const [code] = await once(child, 'close');
      if (code !== 0) throw new Error(`${command} ended with ${code}`);
    }),
  );
  const seconds = (performance.now() - started) / 1000;
  return { seconds, cpuSeconds: endedCpuSeconds() - cpuBefore, output };
}

/** MiB that a process and all below it hold in memory now; what they share counts for each. */
export function treeMib(pid) {
  try {
    const status = readFileSync(`/proc/${pid}/status`, 'utf8');
    const own = Number(/VmRSS:\s+(\d+)/.exec(status)?.[1] ?? 0) / 1024;
    const children = readdirSync(`/proc/${pid}/task`).flatMap((thread) =>
      readFileSync(`/proc/${pid}/task/${thread}/children`, 'utf8').split(' ').filter(Boolean),
    );
    return children.reduce((sum, child) => sum + treeMib(child), own);
  } catch {
    return 0; // it has ended meanwhile
  }
}
