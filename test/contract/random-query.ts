import { spellWord } from '@nucleus/shared/query/completion-context';
import type { OracleRow } from './evaluate-query.ts';

/** Numbers from 0 to 1, the same for the same seed (mulberry32). */
export function seeded(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

const numberFields = ['iso', 'metadata.f_number', 'width', 'frame', 'offset'] as const;
/** On the right of an operator a bare word is a text, so fields are spelled out there. */
const rightFields = ['metadata.iso', 'metadata.f_number', 'width'] as const;
const textFields = ['make', 'metadata.name', 'reference_id', 'odd field'] as const;
const texts = ['canon', 'nikon', 'Sony', 'a/b', 'é', '50%', '_', '', "o'clock", '"quoted"', 'IMG'] as const;

const countFields = [
  'annotations.count',
  'annotations.car',
  'annotations."big truck"',
  'annotations.box.count',
  'annotations.polygon.car',
  'annotations.category.count',
  'annotations.category.car',
] as const;
const weathers = ['sun', 'rain', 'snow', 'nothing'] as const;

/** A well-typed query over the fields of {@link randomRow}; `depth` bounds its nesting. */
export function randomQuery(random: () => number, depth = 3, hasLabels = false): string {
  const pick = <T>(from: readonly T[]): T => from[Math.floor(random() * from.length)] as T;
  const number = (): string => String(pick([0, 1, -2, 2.8, 100, 800, 1e4, Math.floor(random() * 3200)]));
  const text = (): string => spellWord(pick(texts));
  const field = (name: string): string => (name.includes(' ') ? `metadata.${spellWord(name)}` : name);
  const amount = (): string => {
    const kind = random();
    if (hasLabels && kind < 0.15) return pick(countFields);
    if (kind < 0.6) return field(pick(numberFields));
    if (kind < 0.8) return `${field(pick(numberFields))} ${pick(['+', '-', '%'])} ${number().replace('-', '')}`;
    return `(${field(pick(numberFields))} - ${pick(rightFields)})`;
  };
  const weather = (): string =>
    pick([
      () => `annotations.weather ${pick(['=', '!='])} ${pick(weathers)}`,
      () => `annotations.weather ${pick(['', 'NOT '])}IN (${pick(weathers)}, ${pick(weathers)})`,
      () => `annotations.weather IS ${pick(['', 'NOT '])}MISSING`,
    ])();
  const condition = (): string => {
    if (hasLabels && random() < 0.1) return weather();
    switch (Math.floor(random() * 6)) {
      case 0:
      case 1:
        return `${amount()} ${pick(['=', '!=', '<', '<=', '>', '>='])} ${random() < 0.8 ? number() : pick(rightFields)}`;
      case 2:
        return `${field(pick(textFields))} ${pick(['=', '!=', '<', '>'])} ${text()}`;
      case 3:
        return `${field(pick(textFields))} ${pick(['', 'NOT '])}CONTAINS ${text()}`;
      case 4:
        return random() < 0.5
          ? `${field(pick(numberFields))} ${pick(['', 'NOT '])}IN (${number()}, ${number()})`
          : `${field(pick(textFields))} ${pick(['', 'NOT '])}IN (${text()}, ${text()}, ${text()})`;
      default:
        return `${field(pick([...numberFields, ...textFields]))} IS ${pick(['', 'NOT '])}MISSING`;
    }
  };
  if (depth === 0 || random() < 0.35) return condition();
  const inner = (): string => randomQuery(random, depth - 1, hasLabels);
  return pick([
    () => `(${inner()} AND ${inner()})`,
    () => `(${inner()} OR ${inner()} OR ${inner()})`,
    () => `NOT (${inner()})`,
  ])();
}

/** An item's searchable values; some are missing, as in life. */
export function randomRow(random: () => number, i: number): OracleRow {
  const pick = <T>(from: readonly T[]): T => from[Math.floor(random() * from.length)] as T;
  const maybe = <T>(value: T): T | undefined => (random() < 0.75 ? value : undefined);
  return {
    reference_id: `a/b/IMG_${i}.jpg`,
    // Every item has a size: privacy mode asks for it, and else it is read from the picture.
    width: 100 * (1 + (i % 40)),
    iso: maybe(pick([100, 200, 400, 800, 1600])),
    f_number: maybe(pick([1.4, 2.8, 5.6])),
    frame: maybe(i % 11),
    offset: maybe(pick([-2.5, 0, 2.5])),
    make: maybe(pick(texts)),
    name: maybe(`${pick(texts)}/${pick(texts)}`),
    'odd field': maybe(pick(texts)),
  };
}

/** A few labels of an item, and what queries count of them. */
export function randomLabels(random: () => number, reference: string): { sent: object[]; counts: OracleRow } {
  const pick = <T>(from: readonly T[]): T => from[Math.floor(random() * from.length)] as T;
  const counts: Record<string, string | number | undefined> = {};
  for (const field of countFields) counts[field.replaceAll('"', '')] = 0;
  const add = (field: string): void => {
    if (counts[field] !== undefined) counts[field] = Number(counts[field]) + 1;
  };
  const sent: object[] = Array.from({ length: Math.floor(random() * 5) }, (_, i) => {
    const [type, label] = [pick(['box', 'polygon'] as const), pick(['car', 'big truck', 'bus'])];
    for (const field of ['count', label, `${type}.count`, `${type}.${label}`]) add(`annotations.${field}`);
    const corners = [0, 1, 1].map((x, at) => ({ x: x / 2, y: at / 2 }));
    const geometry = type === 'box' ? { x: 0, y: 0, width: 1, height: 1 } : { vertices: corners };
    return { type, label, annotation_id: `${i}`, reference_id: reference, geometry };
  });
  const category = (label: string, over: object): void => {
    for (const field of ['count', label]) add(`annotations.category.${field}`);
    sent.push({ type: 'category', label, reference_id: reference, ...over });
  };
  if (random() < 0.3) category('car', {});
  if (random() < 0.5) {
    counts['annotations.weather'] = pick(['sun', 'rain', 'snow']);
    category(String(counts['annotations.weather']), { taxonomy_name: 'weather' });
  }
  return { sent, counts };
}
