import type { Acting } from '../audit/acting.ts';
import type { Database } from '../database/open-database.ts';
import type { KeptImage } from './kept-image.ts';
import { insertObjects } from './queries.ts';

/** Names a kept image by a row, within the transaction that refers to it. */
export function keepObject(tx: Database, acting: Acting, image: KeptImage): Promise<void> {
  return insertObjects(tx, acting, [image]);
}
