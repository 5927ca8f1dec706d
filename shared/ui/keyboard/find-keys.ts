import type { KeyGroup } from './keys.ts';

/** The lines that say a text, or are pressed by that key alone; groups without any are left out. Pure. */
export function findKeys(groups: readonly KeyGroup[], wanted: string): KeyGroup[] {
  const text = wanted.trim().toLowerCase();
  return groups
    .map(({ title, lines }) => ({
      title,
      lines: lines.filter(
        ({ does, keys }) =>
          does.toLowerCase().includes(text) || keys.some((together) => together.at(-1)?.toLowerCase() === text),
      ),
    }))
    .filter(({ lines }) => lines.length > 0);
}
