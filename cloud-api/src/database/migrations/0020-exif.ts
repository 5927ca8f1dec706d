import type { Kysely } from 'kysely';

/** What is kept of a stored picture's EXIF. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await db.schema.alterTable('objects').addColumn('exif', 'text').execute();
}
