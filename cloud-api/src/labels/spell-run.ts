/** All labels of one run by kind, as JSON in pieces. */
import { labelKinds } from '@nucleus/shared/labels/label-kinds';
import type { Database } from '../database/open-database.ts';
import { listItemsInOrder } from '../items/read-items.ts';
import { listLabelled } from './queries.ts';
import { labelsAt, spellAnswered } from './read-labels.ts';
import type { LabelPlace, Total } from './rules.ts';

const itemsPerPiece = 500;

/** `{KIND: [label, …]}` with the kinds alone that there are. Each kind is a walk over the items that have any of it. */
export async function* spellRun(db: Database, place: LabelPlace): AsyncGenerator<string> {
  const kinds = new Set<string>();
  for await (const items of pagesOf(db, place))
    for (const { totals } of items) for (const [kind] of totals) kinds.add(kind);
  yield '{';
  let separator = '';
  for (const kind of labelKinds.filter((each) => kinds.has(each))) {
    yield `${separator}"${kind}":[`;
    separator = ',';
    let isFirst = true;
    for await (const items of pagesOf(db, place)) {
      const holding = items.filter(({ totals }) => totals.some(([each]) => each === kind)).map(({ seq }) => seq);
      const spelled = await spellKind(db, place, holding, kind);
      if (spelled !== '') yield isFirst ? spelled : `,${spelled}`;
      if (spelled !== '') isFirst = false;
    }
    yield ']';
  }
  yield '}';
}

async function spellKind(db: Database, place: LabelPlace, seqs: readonly number[], kind: string): Promise<string> {
  const labels = await labelsAt(db, place, seqs);
  const items = await listItemsInOrder(db, place.tenantId, place.datasetId, seqs);
  return items
    .flatMap((item) =>
      (labels.get(item.seq) ?? []).flatMap((row) => (row.kind === kind ? [spellAnswered(row, item.referenceId)] : [])),
    )
    .join(',');
}

async function* pagesOf(db: Database, place: LabelPlace): AsyncGenerator<{ seq: number; totals: Total[] }[]> {
  for (let after = -1; ; ) {
    const rows = await listLabelled(db, place, after, itemsPerPiece);
    const last = rows.at(-1);
    if (last === undefined) return;
    yield rows.map(({ seq, totals }) => ({ seq, totals: JSON.parse(totals) as Total[] }));
    after = last.seq;
  }
}
