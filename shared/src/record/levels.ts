import { z } from 'zod';

/** Privacy levels, lowest first. Set in the agent's own configuration; the cloud cannot raise one. */
export const levels = ['minimal', 'standard', 'rich'] as const;
export const Level = z.enum(levels);
export type Level = z.infer<typeof Level>;

/** How a source names its items in the cloud. */
export const NamesPolicy = z.enum(['relative-path', 'pseudonym']);
export type NamesPolicy = z.infer<typeof NamesPolicy>;

/** Most pixel-derived bits that one item may carry at each level. */
export const pixelBudgetBits: Record<Level, number> = { minimal: 0, standard: 288, rich: 4608 };

/** Whether something that needs `needed` may leave at `level`. */
export function levelAllows(level: Level, needed: Level): boolean {
  return levels.indexOf(level) >= levels.indexOf(needed);
}

/** What each level means, for `init`, the viewer and the README. */
export const levelSentences: Record<Level, string> = {
  minimal: 'Format, dimensions, a size bucket and a keyed content hash leave. Nothing made from pixels does.',
  standard:
    'Names, sizes, capture data and small descriptors leave: a perceptual hash and a blurhash, which are themselves very small pictures.',
  rich: 'Also a palette, coarse GPS, custom fields and vectors leave. A vector can be turned back into a look-alike picture.',
};
