import { describe } from 'vitest';

/** A group of tests for machines that have what they need; elsewhere it is skipped by name, with what is missing. */
export function describeWhere(isHere: boolean, needs: string, name: string, body: () => void): void {
  if (isHere) describe(name, body);
  else describe.skip(`${name} [needs ${needs}]`, body);
}
