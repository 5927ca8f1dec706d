import { type FieldShape, type FieldSpec, phashField, recordFields } from './fields.ts';
import { type Level, levelAllows, levels, pixelBudgetBits } from './levels.ts';

/** Bits that one pixel-derived field can carry, and what it is called. */
export interface FieldBits {
  field: string;
  bits: number;
}

const embeddingBits = 512 * 8; // the largest int8 vector that may leave

/**
 * Bits that a shape can carry at most: log2 of the number of values it lets through.
 * @throws RangeError for a shape without a finite, known cardinality; such a shape cannot be pixel-derived.
 */
export function shapeBits(shape: FieldShape): number {
  switch (shape.kind) {
    case 'integer':
      return Math.log2(shape.max - shape.min + 1);
    case 'decimal':
      return Math.log2((shape.max - shape.min) / shape.step + 1);
    case 'enum':
      return Math.log2(shape.values.length);
    case 'pattern':
      if (shape.alphabet === undefined || shape.freeChars === undefined) break;
      return shape.freeChars * Math.log2(shape.alphabet);
    case 'text':
      break;
  }
  throw new RangeError('shape has no known cardinality');
}

/** The pixel-derived fields of a level with their declared bits, largest first. */
export function pixelBits(level: Level): FieldBits[] {
  const fields: [string, FieldSpec][] = [...Object.entries(recordFields), ['phash', phashField]];
  return fields
    .filter(([, spec]) => spec.pixelBits > 0 && levelAllows(level, spec.level))
    .map(([field, spec]) => ({ field, bits: spec.pixelBits }))
    .toSorted((a, b) => b.bits - a.bits);
}

/** Sum of pixel-derived bits that one item can carry at a level, vectors left out. */
export function totalPixelBits(level: Level): number {
  return pixelBits(level).reduce((sum, { bits }) => sum + bits, 0);
}

/** Fields that could carry more than they declare, and levels over their budget; empty when all is well. */
export function capacityViolations(): string[] {
  const violations: string[] = [];
  for (const [field, spec] of [...Object.entries(recordFields), ['phash', phashField] as const]) {
    if (spec.pixelBits > 0 && shapeBits(spec.shape) > spec.pixelBits + 0.5) {
      violations.push(`${field} can carry ${shapeBits(spec.shape).toFixed(1)} bits and declares ${spec.pixelBits}`);
    }
  }
  for (const level of levels) {
    const vectors = level === 'rich' ? embeddingBits : 0;
    if (totalPixelBits(level) + vectors > pixelBudgetBits[level]) {
      violations.push(`level ${level} carries ${totalPixelBits(level)} bits of ${pixelBudgetBits[level]}`);
    }
  }
  return violations;
}
