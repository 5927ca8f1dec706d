/** What the cloud holds of a dataset that came out of its pictures, counted from the stored records. Pure. */
import { phashField, recordFields } from '@nucleus/shared/record/fields';
import { Level, levels, pixelBudgetBits } from '@nucleus/shared/record/levels';
import type { DatasetView, FieldView } from '@nucleus/shared/wire/insights';

export interface HeldField {
  field: string;
  /** Bits of each picture that it can carry. */
  pixelBits: number;
  /** Items that have it. */
  items: number;
}

export interface Holding {
  datasetId: string;
  name: string;
  items: number;
  /** The highest level of the sources that fill it; undefined when no agent does. */
  level: Level | undefined;
  /** Bits that its level allows of each picture. */
  budgetBits: number;
  /** Bits of each picture that the fields which are there can carry together. */
  usedBits: number;
  /** Fields that agents sent, those with most bits first. */
  fields: HeldField[];
  /** Fields that people of the team added; none of an agent's. */
  added: string[];
}

export function whatCloudHolds(dataset: DatasetView, fields: readonly FieldView[], withHash: number): Holding {
  const known = dataset.sources.flatMap(({ level }) => Level.safeParse(level).data ?? []);
  const level = known.toSorted((a, b) => levels.indexOf(b) - levels.indexOf(a))[0];
  const specOf = (name: string) => (Object.hasOwn(recordFields, name) ? recordFields[name as 'source'] : undefined);
  const isSent = (name: string): boolean => specOf(name) !== undefined || name.startsWith('x_');
  const held = fields
    .filter(({ name }) => isSent(name))
    .map(({ name, missing }) => ({
      field: name,
      pixelBits: specOf(name)?.pixelBits ?? 0,
      items: dataset.length - missing,
    }))
    .concat({ field: 'phash', pixelBits: phashField.pixelBits, items: withHash })
    .filter(({ items }) => items > 0)
    .toSorted((a, b) => b.pixelBits - a.pixelBits || (a.field < b.field ? -1 : 1));
  return {
    datasetId: dataset.dataset_id,
    name: dataset.name,
    items: dataset.length,
    level,
    budgetBits: level === undefined ? 0 : pixelBudgetBits[level],
    usedBits: held.reduce((sum, { pixelBits }) => sum + pixelBits, 0),
    fields: held,
    added: fields.map(({ name }) => name).filter((name) => !isSent(name)),
  };
}
