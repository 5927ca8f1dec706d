/** Tells of most records that they are as their schema says, without the schema, which takes ten times as long. */
import { fitsBytes } from '../ids/ids.ts';
import { type FieldShape, phashField, recordFields } from './fields.ts';
import { type Level, levelAllows } from './levels.ts';
import { type ItemRecord, imageUrlPattern, maxImageUrlLength, maxRecordSidePx } from './record.ts';
import { isOnStep } from './step.ts';

type Check = (value: unknown) => boolean;

const isText = (value: unknown, maxBytes: number): value is string =>
  typeof value === 'string' && value.isWellFormed() && !value.includes('\0') && fitsBytes(value, maxBytes);
const isWhole = (value: unknown, min: number, max: number): boolean =>
  Number.isSafeInteger(value) && (value as number) >= min && (value as number) <= max;

function checkOf(shape: FieldShape): Check {
  switch (shape.kind) {
    case 'integer':
      return (value) => isWhole(value, shape.min, shape.max);
    case 'decimal':
      return (value) =>
        typeof value === 'number' && value >= shape.min && value <= shape.max && isOnStep(value, shape.step);
    case 'enum': {
      const values = new Set<unknown>(shape.values);
      return (value) => values.has(value);
    }
    case 'pattern':
      return (value) => typeof value === 'string' && value.length <= shape.maxBytes && shape.pattern.test(value);
    case 'text':
      return (value) => isText(value, shape.maxBytes);
  }
}

/**
 * A check for records of a level, made from the same table of fields as {@link recordSchema} of the same arguments. True: the schema takes
 * the value. False says nothing: the schema decides then, as it does for vectors and custom fields, and words what is wrong.
 */
export function plainRecord(
  level: Level,
  switchedOff: readonly string[] = [],
): (value: unknown) => value is ItemRecord {
  const off = new Set(switchedOff);
  const fields = new Map<string, Check>();
  for (const [name, spec] of Object.entries(recordFields))
    if (levelAllows(level, spec.level) && !off.has(name)) fields.set(name, checkOf(spec.shape));
  const isFields: Check = (value) => {
    if (!isObject(value)) return false;
    for (const key of Object.keys(value)) {
      const member = value[key];
      if (member !== undefined && fields.get(key)?.(member) !== true) return false;
      if (member === undefined && !fields.has(key)) return false;
    }
    return true;
  };
  const required = new Map<string, Check>([
    ['reference_id', (value) => value !== '' && isText(value, 1024)],
    [
      'image_url',
      (value) => typeof value === 'string' && value.length <= maxImageUrlLength && imageUrlPattern.test(value),
    ],
    ['width', (value) => isWhole(value, 1, maxRecordSidePx)],
    ['height', (value) => isWhole(value, 1, maxRecordSidePx)],
    ['metadata', isFields],
  ]);
  const phash = levelAllows(level, phashField.level) && !off.has('phash') ? checkOf(phashField.shape) : undefined;
  return (value): value is ItemRecord => {
    if (!isObject(value)) return false;
    let met = 0;
    for (const key of Object.keys(value)) {
      const check = required.get(key);
      const member = value[key];
      if (check) {
        if (!check(member)) return false;
        met++;
      } else if (key !== 'phash' || !phash || (member !== undefined && !phash(member))) return false;
    }
    return met === required.size;
  };
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
