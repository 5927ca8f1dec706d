import { type SqlBool, sql } from 'kysely';
import type { AutotagExamplesTable, AutotagScoresTable, AutotagsTable } from '../database/autotag-tables.ts';
import { inChunks } from '../database/in-chunks.ts';
import { type BulkColumns, insertRows } from '../database/insert-rows.ts';
import { liveItemsAt } from '../database/live-items.ts';
import type { Database } from '../database/open-database.ts';
import type { AutotagRow } from './rules.ts';

/** Where the rows of an autotag are. */
export interface AutotagPlace {
  tenantId: string;
  datasetId: string;
  autotagId: string;
}

const columns = [
  'autotags.id as autotagId',
  'autotags.dataset_id as datasetId',
  'autotags.name',
  'autotags.basis',
  'autotags.state',
  'autotags.generation',
  'autotags.last_generation as lastGeneration',
  'autotags.refinement_steps as refinementSteps',
  'autotags.refinement_positives as refinementPositives',
  'autotags.refinement_ms as refinementMs',
] as const;

const selectAutotags = (db: Database, tenantId: string) =>
  db
    .selectFrom('autotags')
    .innerJoin('datasets', (join) =>
      join.onRef('datasets.tenant_id', '=', 'autotags.tenant_id').onRef('datasets.id', '=', 'autotags.dataset_id'),
    )
    .select(columns)
    .where('autotags.tenant_id', '=', tenantId)
    .where('autotags.deleted_at', 'is', null)
    .where('datasets.deleted_at', 'is', null)
    .$narrowType<{ basis: AutotagRow['basis']; state: AutotagRow['state'] }>();

export async function findAutotagRow(
  db: Database,
  tenantId: string,
  autotagId: string,
): Promise<AutotagRow | undefined> {
  return selectAutotags(db, tenantId).where('autotags.id', '=', autotagId).executeTakeFirst();
}

/** Oldest first. */
export async function listAutotagRows(db: Database, tenantId: string, datasetId: string): Promise<AutotagRow[]> {
  return selectAutotags(db, tenantId)
    .where('autotags.dataset_id', '=', datasetId)
    .orderBy('autotags.created_at')
    .orderBy('autotags.id')
    .execute();
}

export async function insertAutotag(db: Database, row: AutotagsTable): Promise<void> {
  await db.insertInto('autotags').values(row).execute();
}

export async function changeAutotag(
  db: Database,
  { tenantId, autotagId }: AutotagPlace,
  change: Partial<Omit<AutotagsTable, 'tenant_id' | 'dataset_id' | 'id'>>,
): Promise<void> {
  await db.updateTable('autotags').set(change).where('tenant_id', '=', tenantId).where('id', '=', autotagId).execute();
}

const ofAutotag =
  ({ tenantId, datasetId, autotagId }: AutotagPlace) =>
  () =>
    sql<SqlBool>`tenant_id = ${tenantId} and dataset_id = ${datasetId} and autotag_id = ${autotagId}`;

/** The last word about a place counts. */
export async function putExamples(
  db: Database,
  { tenantId, datasetId, autotagId }: AutotagPlace,
  examples: ReadonlyMap<number, boolean>,
): Promise<void> {
  const rows = Array.from(examples, ([seq, isPositive]) => ({
    tenant_id: tenantId,
    dataset_id: datasetId,
    autotag_id: autotagId,
    seq,
    is_positive: isPositive ? 1 : 0,
  }));
  for (const chunk of inChunks<AutotagExamplesTable>(rows, 5)) {
    await db
      .insertInto('autotag_examples')
      .values(chunk)
      .onConflict((conflict) =>
        conflict
          .columns(['tenant_id', 'dataset_id', 'autotag_id', 'seq'])
          .doUpdateSet((set) => ({ is_positive: set.ref('excluded.is_positive') })),
      )
      .execute();
  }
}

/** Examples that are live items, by place. */
export async function listExamples(
  db: Database,
  place: AutotagPlace,
): Promise<{ seq: number; isPositive: boolean; referenceId: string }[]> {
  const rows = await db
    .selectFrom('autotag_examples')
    .innerJoin('items', (join) => join.on(liveItemsAt('autotag_examples')))
    .select(['autotag_examples.seq', 'is_positive', 'items.reference_id as referenceId'])
    .where('autotag_examples.tenant_id', '=', place.tenantId)
    .where('autotag_examples.dataset_id', '=', place.datasetId)
    .where('autotag_examples.autotag_id', '=', place.autotagId)
    .orderBy('autotag_examples.seq')
    .$narrowType<{ referenceId: string }>()
    .execute();
  return rows.map(({ seq, is_positive, referenceId }) => ({ seq, isPositive: is_positive === 1, referenceId }));
}

export async function countExamples(db: Database, place: AutotagPlace): Promise<number> {
  const row = await db
    .selectFrom('autotag_examples')
    .select((select) => select.fn.countAll<number>().as('examples'))
    .where(ofAutotag(place))
    .executeTakeFirstOrThrow();
  return row.examples;
}

export async function putModel(db: Database, place: AutotagPlace, generation: number, model: string): Promise<void> {
  await db
    .insertInto('autotag_models')
    .values({
      tenant_id: place.tenantId,
      dataset_id: place.datasetId,
      autotag_id: place.autotagId,
      generation,
      model,
    })
    .execute();
}

export async function findModel(db: Database, place: AutotagPlace, generation: number): Promise<string | undefined> {
  const row = await db
    .selectFrom('autotag_models')
    .select('model')
    .where(ofAutotag(place))
    .where('generation', '=', generation)
    .executeTakeFirst();
  return row?.model;
}

const scoreColumns: BulkColumns<'autotag_scores'> = {
  tenant_id: 'text',
  dataset_id: 'text',
  autotag_id: 'text',
  generation: 'bigint',
  seq: 'bigint',
  score_millionths: 'bigint',
};

export async function insertScores(db: Database, rows: readonly AutotagScoresTable[]): Promise<void> {
  await insertRows(db, 'autotag_scores', scoreColumns, rows);
}

export interface ScoreRow {
  seq: number;
  referenceId: string;
  scoreMillionths: number;
}

/** Scored live items from a score on, the highest first, after the row `after`; walks autotag_scores_by_score. */
export async function listScores(
  db: Database,
  place: AutotagPlace & { generation: number },
  fromMillionths: number,
  after: Pick<ScoreRow, 'seq' | 'scoreMillionths'> | undefined,
  limit: number,
): Promise<ScoreRow[]> {
  let query = db
    .selectFrom('autotag_scores')
    .innerJoin('items', (join) => join.on(liveItemsAt('autotag_scores')))
    .select(['autotag_scores.seq', 'items.reference_id as referenceId', 'score_millionths as scoreMillionths'])
    .where('autotag_scores.tenant_id', '=', place.tenantId)
    .where('autotag_scores.dataset_id', '=', place.datasetId)
    .where('autotag_scores.autotag_id', '=', place.autotagId)
    .where('autotag_scores.generation', '=', place.generation)
    .where('score_millionths', '>=', fromMillionths);
  if (after !== undefined) {
    const { scoreMillionths, seq } = after;
    query = query.where(sql<SqlBool>`(score_millionths, autotag_scores.seq) < (${scoreMillionths}, ${seq})`);
  }
  return query
    .orderBy('score_millionths', 'desc')
    .orderBy('autotag_scores.seq', 'desc')
    .limit(limit)
    .$narrowType<{ referenceId: string }>()
    .execute();
}

/** Removes up to `most` rows of generations below `generation`; answers how many. */
export async function removeScores(
  db: Database,
  place: AutotagPlace,
  belowGeneration: number,
  most: number,
): Promise<number> {
  const rows = await db
    .selectFrom('autotag_scores')
    .select(['generation', 'seq'])
    .where(ofAutotag(place))
    .where('generation', '<', belowGeneration)
    .orderBy('generation')
    .orderBy('seq')
    .limit(most)
    .execute();
  const last = rows.at(-1);
  if (last === undefined) return 0;
  await db
    .deleteFrom('autotag_scores')
    .where(ofAutotag(place))
    .where(sql<SqlBool>`(generation, seq) <= (${last.generation}, ${last.seq})`)
    .execute();
  return rows.length;
}

export async function removeModels(db: Database, place: AutotagPlace, belowGeneration: number): Promise<void> {
  await db.deleteFrom('autotag_models').where(ofAutotag(place)).where('generation', '<', belowGeneration).execute();
}

/** An autotag that is deleted, or whose dataset is. */
export async function findOrphan(db: Database): Promise<AutotagPlace | undefined> {
  return db
    .selectFrom('autotags')
    .innerJoin('datasets', (join) =>
      join.onRef('datasets.tenant_id', '=', 'autotags.tenant_id').onRef('datasets.id', '=', 'autotags.dataset_id'),
    )
    .select(['autotags.tenant_id as tenantId', 'datasets.id as datasetId', 'autotags.id as autotagId'])
    .where((where) =>
      where.or([where('datasets.deleted_at', 'is not', null), where('autotags.deleted_at', 'is not', null)]),
    )
    .limit(1)
    .executeTakeFirst();
}

/** Removes the row itself and what is few beside it. */
export async function removeAutotag(db: Database, place: AutotagPlace): Promise<void> {
  await db.deleteFrom('autotag_examples').where(ofAutotag(place)).execute();
  await db.deleteFrom('autotag_models').where(ofAutotag(place)).execute();
  await db.deleteFrom('autotags').where('tenant_id', '=', place.tenantId).where('id', '=', place.autotagId).execute();
}
