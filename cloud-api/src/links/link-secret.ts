import { randomBytes } from 'node:crypto';
import type { Database } from '../database/open-database.ts';

const name = 'link_key';

/** The secret behind this store's links, made at its first start; every process over the database has the same. */
export async function openLinkSecret(db: Database): Promise<Uint8Array> {
  await db
    .insertInto('store_meta')
    .values({ name, value: randomBytes(32).toString('hex') })
    .onConflict((conflict) => conflict.column('name').doNothing())
    .execute();
  const { value } = await db
    .selectFrom('store_meta')
    .select('value')
    .where('name', '=', name)
    .executeTakeFirstOrThrow();
  return Buffer.from(value, 'hex');
}
