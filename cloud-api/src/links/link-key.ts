import { randomBytes } from 'node:crypto';
import type { Database } from '../database/open-database.ts';
import { type LinkKey, toLinkKey } from './signed-token.ts';

const name = 'link_key';

/** The key that signs this store's links, made at its first start; every process over the database has the same. */
export async function openLinkKey(db: Database): Promise<LinkKey> {
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
  return toLinkKey(Buffer.from(value, 'hex'));
}
