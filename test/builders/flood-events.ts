import { closeSync, openSync, readFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';

/** More events for `folder` than the kernel keeps for one watcher: those that nobody reads meanwhile are lost. Synchronous. */
export function floodEvents(folder: string): void {
  const kept = Number(readFileSync('/proc/sys/fs/inotify/max_queued_events', 'utf8'));
  // by turns: two equal events in a row would be one
  const files = ['a.tmp', 'b.tmp'].map((name) => openSync(join(folder, name), 'w'));
  for (let i = 0; i < kept + 10; i++) writeSync(files[i % 2] as number, 'x');
  for (const file of files) closeSync(file);
}
