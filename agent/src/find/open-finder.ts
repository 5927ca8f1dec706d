import { Worker } from 'node:worker_threads';
import { AppError } from '@nucleus/shared/failure/app-error';
import { parseQuery } from '@nucleus/shared/query/parse-query';
import { QueryError } from '@nucleus/shared/query/query-error';
import { type FieldInfo, viewerShorthands } from '@nucleus/shared/wire/viewer';
import { compileFind, getFindField } from './compile-find.ts';
import { findFields } from './find-fields.ts';
import type { FinderJob, FinderReply, FindJob, FoundFolder } from './find-messages.ts';

/** What the viewer looks for: a query, and a field to order by; without one, source and path. */
export interface FindRequest {
  query: string;
  sort?: { field: string; descending: boolean } | undefined;
}

/** Searches the catalogue without holding anybody up. */
export interface Finder {
  /**
   * Rowids of live items that meet a query, in order. A result is kept for a while, so that its pages fit together.
   * @throws QueryError; AppError `query-too-slow`, `overloaded`.
   */
  find(request: FindRequest): Promise<{ rows: Float64Array; tookMs: number }>;
  folders(sourceNo: number, folder: string): Promise<{ folders: FoundFolder[]; is_cut: boolean }>;
  /** What a query can ask for. */
  fields(): FieldInfo[];
  close(): Promise<void>;
}

export interface FinderOptions {
  dataDir: string;
  /** The built `find-thread.js`. */
  threadUrl: URL;
  /** Numbers of the sources in the order in which files are listed. */
  sourceNos: readonly number[];
  /** Changes whenever anything in the catalogue may have changed. */
  changeStamp: () => string;
  limitMs?: number;
}

const maxWaiting = 16;
const keptResults = 4;
/** While the catalogue changes, pages of one result are taken from the same look for so long. */
const freshMs = 3000;

interface Kept {
  stamp: string;
  at: number;
  result: Promise<{ rows: Float64Array; tookMs: number }>;
}

/** The thread starts with the first search. */
export function openFinder(options: FinderOptions): Finder {
  const { limitMs = 10_000 } = options;
  const kept = new Map<string, Kept>();
  let thread: Worker | undefined;
  let atWork: { worker: Worker; resolve: (reply: FinderReply) => void; reject: (error: Error) => void } | undefined;
  let turn: Promise<unknown> = Promise.resolve();
  let waiting = 0;
  let isClosed = false;

  /** One search at a time: the thread has one connection, and two would only slow each other down. */
  const ask = async (job: FinderJob): Promise<FinderReply> => {
    if (isClosed || waiting >= maxWaiting) {
      throw new AppError('overloaded', 'Too many searches wait.', { retryAfterS: 1 });
    }
    waiting += 1;
    const mine = turn.catch(() => undefined).then(() => runJob(job));
    turn = mine;
    try {
      return await mine;
    } finally {
      waiting -= 1;
    }
  };

  const startThread = (): Worker => {
    const worker = new Worker(options.threadUrl, {
      workerData: { dataDir: options.dataDir },
      execArgv: [],
      resourceLimits: { maxOldGenerationSizeMb: 512 },
    });
    // one that was ended may speak late, when another has the next search
    const mine = () => (atWork?.worker === worker ? atWork : undefined);
    worker.on('message', (reply: FinderReply) => mine()?.resolve(reply));
    worker.on('error', (error) => mine()?.reject(error instanceof Error ? error : new Error('the search failed')));
    worker.on('exit', () => {
      if (thread === worker) thread = undefined;
      mine()?.reject(new Error('the search thread ended'));
    });
    worker.unref();
    return worker;
  };

  const runJob = async (job: FinderJob): Promise<FinderReply> => {
    thread ??= startThread();
    const worker = thread;
    let limit: NodeJS.Timeout | undefined;
    try {
      return await new Promise((resolve, reject) => {
        atWork = { worker, resolve, reject };
        const tooSlow = `The search took longer than ${limitMs / 1000} s. Add a folder or another condition.`;
        limit = setTimeout(() => {
          thread = undefined;
          void worker.terminate();
          reject(new AppError('query-too-slow', tooSlow));
        }, limitMs);
        worker.postMessage(job);
      });
    } finally {
      clearTimeout(limit);
      atWork = undefined;
    }
  };

  const run = async (request: FindRequest): Promise<{ rows: Float64Array; tookMs: number }> => {
    const job = compileJob(request, options.sourceNos);
    const from = performance.now();
    const reply = await ask(job);
    if (reply.kind !== 'find')
      throw new Error(reply.kind === 'failed' ? reply.message : 'the search answered otherwise');
    return { rows: reply.rows, tookMs: performance.now() - from };
  };

  return {
    async find(request) {
      const key = JSON.stringify([request.query, request.sort]);
      const known = kept.get(key);
      const stamp = options.changeStamp();
      if (known && (known.stamp === stamp || performance.now() - known.at < freshMs)) return known.result;
      const result = run(request);
      kept.delete(key);
      kept.set(key, { stamp, at: performance.now(), result });
      for (const oldest of kept.keys()) {
        if (kept.size <= keptResults) break;
        kept.delete(oldest);
      }
      result.catch(() => kept.delete(key));
      return result;
    },
    async folders(sourceNo, folder) {
      const reply = await ask({ kind: 'folders', sourceNo, folder });
      if (reply.kind !== 'folders') {
        throw new Error(reply.kind === 'failed' ? reply.message : 'the search answered otherwise');
      }
      return { folders: reply.folders, is_cut: reply.is_cut };
    },
    fields: () =>
      Array.from(findFields, ([name, { type, about, values }]) => ({
        name,
        type,
        about,
        ...(values === undefined ? {} : { values: [...values] }),
      })),
    async close() {
      isClosed = true;
      await thread?.terminate();
    },
  };
}

/** The statements of a find: in order of path one a source, each along the index; in another order one over all. */
export function compileJob({ query, sort }: FindRequest, sourceNos: readonly number[]): FindJob {
  const { sql, parameters } =
    query.trim() === '' ? { sql: '1', parameters: [] } : compileFind(parseQuery(query, viewerShorthands));
  if (!sort) {
    const one = `select i.rowid from items i indexed by items_by_path
      where i.presence = 'live' and i.source_no = ? and ${sql} order by i.path`;
    return { kind: 'find', parts: sourceNos.map((sourceNo) => ({ sql: one, parameters: [sourceNo, ...parameters] })) };
  }
  const order = sortField(sort.field);
  const all = `select i.rowid from items i where i.presence = 'live'
    and i.source_no in (${sourceNos.map(Number).join(', ')}) and ${sql}
    order by ${order} ${sort.descending ? 'desc' : 'asc'} nulls last, i.source_no, i.path`;
  return { kind: 'find', parts: [{ sql: all, parameters }] };
}

function sortField(name: string): string {
  if (name === 'path') return 'i.path';
  try {
    return getFindField(name.split('.'), { start: 0, end: 0 }).sql;
  } catch (cause) {
    if (!(cause instanceof QueryError)) throw cause;
    throw new AppError('invalid-request', cause.message, { at: 'sort', cause });
  }
}
