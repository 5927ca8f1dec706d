import type { Kysely } from 'kysely';

/** Keys that reach some datasets alone, or work from some addresses alone. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await db.schema.alterTable('api_keys').addColumn('datasets', 'text').execute();
  await db.schema.alterTable('api_keys').addColumn('addresses', 'text').execute();
}
