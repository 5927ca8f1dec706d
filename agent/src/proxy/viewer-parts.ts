import type { ReplyOf } from '@nucleus/shared/wire/endpoint';
import type { FieldInfo, FolderView, viewerEndpoints } from '@nucleus/shared/wire/viewer';
import type { LedgerKind, LedgerRow } from '@nucleus/shared/wire/viewer-ledger';
import type { FileStat } from '../source/file-stat.ts';

type Reply<N extends keyof typeof viewerEndpoints> = ReplyOf<(typeof viewerEndpoints)[N]>;
export type ItemLevels = Reply<'getLocalItem'>['levels'];

/** What the viewer's pages ask of the rest of the agent; the composition root puts it together. */
export interface ViewerParts {
  finder: {
    /** Rowids of live items that meet a query, in order. @throws QueryError; AppError `query-too-slow`, `overloaded`. */
    find(request: {
      query: string;
      sort?: { field: string; descending: boolean } | undefined;
    }): Promise<{ rows: Float64Array; tookMs: number }>;
    fields(): FieldInfo[];
    folders(sourceNo: number, folder: string): Promise<{ folders: FolderView[]; is_cut: boolean }>;
  };
  duplicates: {
    /** How far the search is; groups as rowids, the largest first. It starts when it is first asked for. */
    ask(threshold: number): {
      state: 'counting' | 'done';
      compared: number;
      hashes: number;
      tookMs: number;
      groups: readonly Float64Array[];
    };
  };
  /** Whether previews can be made of videos now. */
  showsVideos: () => boolean;
  /** What each level would send for an item; empty when it has no record. */
  levelsOf: (itemKey: Buffer) => ItemLevels;
  /** Why an item stands where it does, as a sentence. */
  whyOf: (itemKey: Buffer) => string;
  /** Every tag of a file, or the sentence that says why it cannot be read. */
  readTags: (file: {
    folder: string;
    followLinks?: boolean | undefined;
    path: Buffer;
    expected: FileStat;
  }) => Promise<Reply<'getTags'> | { refused: string }>;
  /** Reads exceptions of a source again, one or all; resolves when that is done. */
  retry: (alias: string, path?: Buffer) => Promise<unknown>;
  confirmDeletions: (alias: string) => number;
  ledger: {
    page(filter: { before?: number | undefined; limit: number; kind?: LedgerKind | undefined }): Reply<'pageLedger'>;
    /** A part of the ledger, newest first. @throws AppError `overloaded`, `ledger-broken`. */
    search(search: {
      text: string;
      before?: number | undefined;
      kind?: LedgerKind | undefined;
    }): Promise<Reply<'searchLedger'>>;
    findAttempt(
      n: number,
    ): Promise<{ entry: LedgerRow; line: { body: string; sha256: string; prev: string } } | undefined>;
    verify(): Promise<{
      verdict: Omit<Reply<'verifyLedger'>, 'took_ms' | 'problem'> & { problem?: { sentence: string } };
      tookMs: number;
    }>;
  };
}
