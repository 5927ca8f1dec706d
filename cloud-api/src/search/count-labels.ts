import { AppError } from '@nucleus/shared/failure/app-error';
import { labelKinds } from '@nucleus/shared/labels/label-kinds';
import { type Find, where } from './find-items.ts';
import type { Projection } from './projection.ts';

/** A class among the labels of some items. */
export interface LabelCount {
  kind: string;
  label: string;
  /** Of categories that name one. */
  taxonomy: string | null;
  /** Items that have it, and how often it is there in all. */
  items: number;
  count: number;
}

/**
 * Counts the classes of the items that meet a condition, those of most items first, and the items that have no label.
 * @param runId a model run; empty for annotations
 * @throws QueryError for a bad condition, AppError `model-run-not-found`
 */
export async function countLabels(
  projection: Projection,
  find: Pick<Find, 'condition'>,
  runId: string,
  limit: number,
): Promise<{ labels: LabelCount[]; distinct: number; unlabelled: number }> {
  const { schema, ask } = await projection.current();
  const run = schema.labels.runs.get(runId);
  if (run === undefined) throw new AppError('model-run-not-found', 'This dataset has no such model run.');
  const { sql, parameters } = where(find, schema);
  const rows = await ask(
    `with found as (select seq from items ${sql}),
       mine as (select l.* from label_counts l join found using (seq) where l.run = ?),
       counted as (select kind, class, taxonomy, count(*)::double as items, sum(n)::double as count from mine group by 1, 2, 3)
     select kind, c.word, t.word, items, count, (select count(*) from counted)::double,
       ((select count(*) from found) - (select count(distinct seq) from mine))::double
     from (select 1) one left join counted on true
       left join label_words c on c.of = 'class' and c.place = class
       left join label_words t on t.of = 'taxonomy' and t.place = taxonomy
     order by items desc nulls last, count desc, c.word, kind, t.word limit ?`,
    [...parameters, run, limit],
  );
  return {
    labels: rows.flatMap(([kind, label, taxonomy, items, count]) =>
      kind === null || kind === undefined
        ? []
        : [
            {
              kind: labelKinds[Number(kind)] ?? '',
              label: String(label),
              taxonomy: taxonomy === null ? null : String(taxonomy),
              items: Number(items),
              count: Number(count),
            },
          ],
    ),
    distinct: Number(rows[0]?.[5] ?? 0),
    unlabelled: Number(rows[0]?.[6] ?? 0),
  };
}

/** How many boxes and polygons the live items have, of one run or of the annotations. @throws AppError `model-run-not-found` */
export async function countOutlined(projection: Projection, runId: string): Promise<number> {
  const { schema, ask } = await projection.current();
  const run = schema.labels.runs.get(runId);
  if (run === undefined) throw new AppError('model-run-not-found', 'This dataset has no such model run.');
  const kinds = [labelKinds.indexOf('box'), labelKinds.indexOf('polygon')];
  const rows = await ask(
    'select coalesce(sum(n), 0)::double from label_counts join items using (seq) where run = ? and kind in (?, ?)',
    [run, ...kinds],
  );
  return Number(rows[0]?.[0] ?? 0);
}

/** Distinct classes of the annotations of the items that meet a condition, in order. @throws QueryError */
export async function listClasses(projection: Projection, find: Pick<Find, 'condition'>): Promise<string[]> {
  const { schema, ask } = await projection.current();
  const { sql, parameters } = where(find, schema);
  const rows = await ask(
    `with found as (select seq from items ${sql})
     select distinct word from label_counts l join found using (seq) join label_words w on w.of = 'class' and w.place = l.class
     where l.run = 0 order by word`,
    parameters,
  );
  return rows.map(([word]) => String(word));
}
