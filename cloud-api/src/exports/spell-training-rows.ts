/** Items with their labels, as exports for training answer them (wire contract 8.2). */
import { labelKinds } from '@nucleus/shared/labels/label-kinds';
import type { Database } from '../database/open-database.ts';
import { type PlacedItem, toDatasetItem } from '../items/rules.ts';
import { type LabelRow, labelsAt, spellAnswered } from '../labels/read-labels.ts';
import type { LabelPlace } from '../labels/rules.ts';
import { ofMostRecentTask } from './rules.ts';

export interface TrainingOptions {
  /** Adds `processed_url`, the address that a client cuts crops from: the item's own, an agent's for what never left it. */
  chip: boolean;
  onlyMostRecentTask: boolean;
  /** The labels that are wanted, by id; all of them when it is not given. */
  only?: ReadonlySet<string> | undefined;
}

/** All seven lists are there, empty ones too: the client reads them without asking. */
const lists = labelKinds.filter((kind) => kind !== 'segmentation');

/** The JSON of rows, with commas between, of the labels that one run made. */
export async function spellTrainingRows(
  db: Database,
  place: LabelPlace,
  items: readonly PlacedItem[],
  options: TrainingOptions,
): Promise<string> {
  const labels = await labelsAt(
    db,
    place,
    items.map(({ seq }) => seq),
  );
  return items.map((item) => spellRow(item, labels.get(item.seq) ?? [], options)).join(',');
}

function spellRow(item: PlacedItem, labels: readonly LabelRow[], options: TrainingOptions): string {
  const wanted = options.only === undefined ? labels : labels.filter(({ id }) => options.only?.has(id));
  const rows = options.onlyMostRecentTask ? ofMostRecentTask(wanted) : wanted;
  const shown = toDatasetItem(item);
  const ofKind = (kind: string): string[] =>
    rows.flatMap((row) => (row.kind === kind ? [spellAnswered(row, item.referenceId)] : []));
  const spelled = lists.map((kind) => `"${kind}":[${ofKind(kind).join(',')}]`);
  return `{"item":${JSON.stringify(options.chip ? { ...shown, processed_url: item.imageUrl } : shown)},${spelled.join(',')},"segmentation":${ofKind('segmentation')[0] ?? 'null'}}`;
}
