/** What the viewer's pages need of the other stages, put together. */
import { join } from 'node:path';
import type { Keys, Pipeline } from './agent-parts.ts';
import type { LedgerIndex } from './egress/ledger-index.ts';
import { openLedgerSearch } from './egress/search-apart.ts';
import { openVerifier } from './egress/verify-apart.ts';
import type { DecoderPool } from './extract/decoder-pool.ts';
import { openDuplicates } from './find/open-duplicates.ts';
import { openFinder } from './find/open-finder.ts';
import { openItemLevels } from './item-levels.ts';
import type { ViewerParts } from './proxy/viewer-parts.ts';
import type { RecordPolicy } from './record/build-record.ts';
import { exceptionSentences } from './record/exceptions.ts';
import { prepareLookups } from './state/lookups.ts';
import { confirmHeldDeletions } from './state/missing.ts';
import type { State } from './state/open-state.ts';
import { openWhyNotSynced } from './why-not-synced.ts';

export interface ViewerPartsOptions {
  state: State;
  dataDir: string;
  sources: readonly { sourceNo: number; alias: string }[];
  keys: Pick<Keys, 'names'>;
  policyOf: (alias: string) => RecordPolicy;
  sync: Parameters<typeof openWhyNotSynced>[1];
  pool: Pick<DecoderPool, 'tags'>;
  pipeline: Pick<Pipeline, 'retry'>;
  index: Pick<LedgerIndex, 'page' | 'findRow' | 'findAttempt'>;
  /** Whether previews can be made of videos now. Default: no. */
  showsVideos?: () => boolean;
  /** Folder of the built agent, where the threads are. */
  builtRoot: URL;
}

/** Opens the threads lazily; `close` ends them. */
export function openViewerParts(options: ViewerPartsOptions): ViewerParts & { close: () => Promise<void> } {
  const { state, dataDir, pool, index, pipeline } = options;
  const built = (path: string): URL => new URL(path, options.builtRoot);
  const { changeStamp } = prepareLookups(state);
  const finder = openFinder({
    dataDir,
    threadUrl: built('find/find-thread.js'),
    sourceNos: options.sources.toSorted((a, b) => (a.alias < b.alias ? -1 : 1)).map(({ sourceNo }) => sourceNo),
    changeStamp,
  });
  const duplicates = openDuplicates(dataDir, built('find/duplicates-thread.js'), changeStamp);
  const searchLedger = openLedgerSearch(join(dataDir, 'ledger'), built('egress/search-thread.js'));
  return {
    finder,
    duplicates,
    showsVideos: options.showsVideos ?? (() => false),
    levelsOf: openItemLevels(state, options.policyOf, options.keys.names),
    whyOf: openWhyNotSynced(state, options.sync),
    async readTags({ folder, followLinks, path, expected }) {
      const read = await pool.tags({ root: folder, followLinks, path, expected });
      return 'kind' in read ? { refused: exceptionSentences[read.code] } : read;
    },
    retry: (alias, path) => pipeline.retry(alias, path),
    confirmDeletions: (alias) => confirmHeldDeletions(state, alias),
    ledger: {
      page: (filter) => index.page(filter),
      async search(search) {
        const segment = search.before === undefined ? undefined : index.findRow(search.before)?.segment;
        const { found, ...rest } = await searchLedger({ ...search, segment });
        // a line that the index does not know yet was written while this was going on; the next search finds it
        const known = found.flatMap(({ n, ...each }) => {
          const entry = index.findRow(n)?.entry;
          return entry ? [{ entry, ...each }] : [];
        });
        return { found: known, ...rest };
      },
      findAttempt: (n) => index.findAttempt(n),
      verify: openVerifier(join(dataDir, 'ledger'), built('egress/verify-thread.js')),
    },
    close: async () => {
      await Promise.all([finder.close(), duplicates.close()]);
    },
  };
}
