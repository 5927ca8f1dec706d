import { randomBytes } from 'node:crypto';
import { AppError } from '@nucleus/shared/failure/app-error';
import type { Kysely, Transaction } from 'kysely';
import type { ColumnTypes } from './dialect.ts';
import * as records from './migrations/0001-records.ts';
import * as jobs from './migrations/0002-jobs.ts';
import * as slices from './migrations/0003-slices.ts';
import * as attachments from './migrations/0004-attachments.ts';
import * as liveSlices from './migrations/0005-live-slices.ts';
import * as integrations from './migrations/0006-integrations.ts';
import * as embeddings from './migrations/0007-embeddings.ts';
import * as tasks from './migrations/0008-tasks.ts';
import * as files from './migrations/0009-files.ts';
import * as resumable from './migrations/0010-resumable-uploads.ts';
import * as keyLimits from './migrations/0011-key-limits.ts';
import * as objectSweep from './migrations/0012-object-sweep.ts';
import * as itemHistory from './migrations/0013-item-history.ts';
import * as autotags from './migrations/0014-autotags.ts';
import * as labels from './migrations/0015-labels.ts';
import * as intake from './migrations/0016-intake.ts';
import * as models from './migrations/0017-models.ts';
import * as scenes from './migrations/0018-scenes.ts';
import * as objects from './migrations/0019-objects.ts';
import * as exif from './migrations/0020-exif.ts';
import * as jobLists from './migrations/0021-job-lists.ts';
import type { Tables } from './tables.ts';

/** Forward only; a migration never changes once it was released. */
const migrations = [
  records,
  jobs,
  slices,
  attachments,
  liveSlices,
  integrations,
  embeddings,
  tasks,
  files,
  resumable,
  keyLimits,
  objectSweep,
  itemHistory,
  autotags,
  labels,
  intake,
  models,
  scenes,
  objects,
  exif,
  jobLists,
] as const;

/**
 * Brings the tables to this version, once, however many processes start together, and answers the store's epoch.
 * @throws AppError `state-newer` when a newer version of the program has written the database.
 */
export async function migrate(db: Kysely<Tables>, columnTypes: ColumnTypes): Promise<string> {
  await createMeta(db, columnTypes);
  return db.transaction().execute(async (tx) => {
    // A write to this row is the lock: a second starter waits here until the first has committed.
    await writeMeta(tx, 'migration_lock', 'held');
    const version = Number((await readMeta(tx, 'schema_version')) ?? 0);
    if (version > migrations.length) {
      throw new AppError(
        'state-newer',
        `The database has schema ${version} and this program knows ${migrations.length}: start the newer program.`,
      );
    }
    for (const migration of migrations.slice(version)) {
      await migration.up(tx as unknown as Kysely<unknown>, columnTypes);
    }
    await writeMeta(tx, 'schema_version', String(migrations.length));
    const epoch = (await readMeta(tx, 'store_epoch')) ?? randomBytes(16).toString('hex');
    await writeMeta(tx, 'store_epoch', epoch);
    return epoch;
  });
}

async function createMeta(db: Kysely<Tables>, { key }: ColumnTypes): Promise<void> {
  const create = () =>
    db.schema
      .createTable('store_meta')
      .ifNotExists()
      .addColumn('name', key, (column) => column.primaryKey())
      .addColumn('value', 'text', (column) => column.notNull())
      .execute();
  // PostgreSQL's "if not exists" can lose a race against another creator; the second try then finds the table.
  await create().catch(create);
}

async function readMeta(tx: Transaction<Tables>, name: string): Promise<string | undefined> {
  const row = await tx.selectFrom('store_meta').select('value').where('name', '=', name).executeTakeFirst();
  return row?.value;
}

async function writeMeta(tx: Transaction<Tables>, name: string, value: string): Promise<void> {
  await tx
    .insertInto('store_meta')
    .values({ name, value })
    .onConflict((conflict) => conflict.column('name').doUpdateSet({ value }))
    .execute();
}
