/**
 * Appends to a dataset that come while another is being written share the next transaction. The writers of a dataset wait for each other, a
 * commit waits for the disk, and most statements cost for two hundred items what they cost for twenty.
 */
import type { AppendReply } from '@nucleus/shared/wire/dataset';
import type { Kysely } from 'kysely';
import type { Acting } from '../audit/acting.ts';
import { isUnavailable } from '../database/dialect.ts';
import type { Tables } from '../database/tables.ts';
import { appendAllIn, type PreparedAppend } from './append-items.ts';

/** What one transaction takes, so that nobody waits long for others. */
const mostAppends = 32;
const mostItems = 2_000;

interface Waiting {
  acting: Acting;
  prepared: PreparedAppend;
  resolve: (reply: AppendReply) => void;
  reject: (error: unknown) => void;
}

export class AppendGroups {
  readonly #db: Kysely<Tables>;
  /** By tenant, dataset and actor; those that are there have a transaction under way. */
  readonly #waiting = new Map<string, Waiting[]>();

  constructor(db: Kysely<Tables>) {
    this.#db = db;
  }

  /** Resolves once the append is on the disk. @throws what `appendItemsIn` throws for this append */
  readonly write = (acting: Acting, datasetId: string, prepared: PreparedAppend): Promise<AppendReply> => {
    const key = [acting.tenantId, datasetId, acting.actor].join();
    return new Promise((resolve, reject) => {
      const waiting = this.#waiting.get(key);
      const append = { acting, prepared, resolve, reject };
      if (waiting !== undefined) waiting.push(append);
      else {
        const fresh = [append];
        this.#waiting.set(key, fresh);
        void this.#writeAll(key, datasetId, fresh);
      }
    });
  };

  async #writeAll(key: string, datasetId: string, waiting: Waiting[]): Promise<void> {
    while (waiting.length > 0) await this.#writeGroup(datasetId, waiting.splice(0, groupSize(waiting)));
    // at once behind the look: who comes later begins anew
    this.#waiting.delete(key);
  }

  /** One that fails does not fail the others: they are written alone then. */
  async #writeGroup(datasetId: string, group: readonly Waiting[]): Promise<void> {
    try {
      const replies = await this.#db.transaction().execute((tx) => appendAllIn(tx, datasetId, group));
      for (const [at, { resolve }] of group.entries()) resolve(replies[at] as AppendReply);
    } catch (error) {
      if (group.length === 1 || isUnavailable(error)) for (const { reject } of group) reject(error);
      else for (const append of group) await this.#writeGroup(datasetId, [append]);
    }
  }
}

/** Of the first that wait, those that fit into a transaction; at least one. */
function groupSize(waiting: readonly Waiting[]): number {
  let items = 0;
  const end = waiting.findIndex(({ prepared }, at) => {
    items += prepared.good.length;
    return at > 0 && (at === mostAppends || items > mostItems);
  });
  return end === -1 ? waiting.length : end;
}
