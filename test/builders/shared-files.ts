/** Files that lie beside the repository on some machines: real photographs and damaged pictures. Never part of it. */
import { statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe } from 'vitest';

const beside = fileURLToPath(new URL('../../../shared/', import.meta.url));

/** A group of tests over a folder beside the repository: skipped by name where it is not there. */
export function describeWithShared(folder: string, name: string, body: (path: string) => void): void {
  // a second checkout may lie one folder deeper than the first
  const path = [join(beside, folder), join(beside, '../../shared', folder)].find((it) =>
    statSync(it, { throwIfNoEntry: false })?.isDirectory(),
  );
  if (path === undefined) describe.skip(`${name} [needs ../shared/${folder}]`, () => body(join(beside, folder)));
  else describe(name, () => body(path));
}
