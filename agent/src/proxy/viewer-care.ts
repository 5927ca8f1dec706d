import { AppError } from '@nucleus/shared/failure/app-error';
import { displayPath } from '../record/display-path.ts';
import type { Lookups } from '../state/lookups.ts';
import { type HeldDeletion, pageHeldDeletions } from '../state/missing.ts';
import type { State } from '../state/open-state.ts';
import type { LocalHandlers } from './mount-endpoints.ts';
import type { ServedSource } from './serve-media.ts';
import { itemKeyOf } from './viewer-item.ts';
import type { ViewerParts } from './viewer-parts.ts';

interface CareParts extends Pick<ViewerParts, 'retry' | 'confirmDeletions' | 'ledger'> {
  state: State;
  lookups: Lookups;
  sources: ReadonlyMap<number, ServedSource>;
}

const maxBodyBytes = 1024 * 1024;

/** What a person does for the catalogue: read exceptions again, let deletions happen, look into the ledger. */
export function careHandlers(
  parts: CareParts,
): Pick<
  LocalHandlers,
  | 'retryExceptions'
  | 'pageHeldDeletions'
  | 'confirmHeldDeletions'
  | 'pageLedger'
  | 'searchLedger'
  | 'getLedgerEntry'
  | 'verifyLedger'
> {
  const { lookups, sources, state, ledger } = parts;
  const pageHeld = (alias: string, offset: number, limit: number): { total: number; held: HeldDeletion[] } =>
    pageHeldDeletions(state, alias, offset, limit);
  return {
    async retryExceptions({ body }) {
      const row = 'key' in body ? lookups.findItem(itemKeyOf(body.key)) : undefined;
      const source =
        'key' in body
          ? row && sources.get(row.source_no)
          : [...sources.values()].find(({ alias }) => alias === body.source);
      if (!source) throw new AppError('item-not-found', 'No such item.');
      if (lookups.isSuspended(source.sourceNo)) {
        throw new AppError('source-suspended', 'The folder of this file cannot be relied on now.', { retryAfterS: 30 });
      }
      const before = row ? Number(row.status === 'exception') : lookups.countExceptions(source.sourceNo);
      await parts.retry(source.alias, row?.path);
      const left = row
        ? Number(lookups.findItem(row.item_key)?.status === 'exception')
        : lookups.countExceptions(source.sourceNo);
      return { retried: before, catalogued: Math.max(0, before - left) };
    },
    pageHeldDeletions({ body }) {
      const { total, held } = pageHeld(body.source, body.offset, body.limit);
      return {
        total,
        held: held.map((row) => ({
          path: displayPath(row.path),
          reference_id: row.reference_id,
          since: new Date(row.since_ms).toISOString(),
        })),
      };
    },
    confirmHeldDeletions({ body }) {
      const { total } = pageHeld(body.source, 0, 1);
      if (total !== body.expected) {
        throw new AppError('conflict', `Now ${total} deletions are held; look at them again before you confirm.`);
      }
      return { confirmed: parts.confirmDeletions(body.source) };
    },
    pageLedger: ({ body }) => ledger.page(body),
    searchLedger: ({ body }) => ledger.search(body),
    async getLedgerEntry({ params }) {
      const found = /^\d{1,15}$/.test(params.n) ? await ledger.findAttempt(Number(params.n)) : undefined;
      if (!found) throw new AppError('not-found', 'The ledger has no such entry, or it was pruned.');
      const body = Buffer.from(found.line.body, 'base64');
      return {
        entry: found.entry,
        sha256: found.line.sha256,
        prev: found.line.prev,
        body: body.subarray(0, maxBodyBytes).toString(),
        is_cut: body.length > maxBodyBytes,
      };
    },
    async verifyLedger() {
      const { verdict, tookMs } = await ledger.verify();
      const { lines, attempts, first_n, last_n, head, problem } = verdict;
      const told = { lines, attempts, first_n, last_n, head, took_ms: Math.round(tookMs) };
      return problem ? { ...told, problem: problem.sentence } : told;
    },
  };
}
