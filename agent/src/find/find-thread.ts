/**
 * The thread that searches the catalogue: a connection of its own that can only read, so that neither the event loop nor the writer
 * waits for a search. Its parent ends it when one takes too long.
 */
import { parentPort, workerData } from 'node:worker_threads';
import { displayPath } from '../record/display-path.ts';
import { openState, type State } from '../state/open-state.ts';
import type { FinderJob, FinderReply, FindJob } from './find-messages.ts';
import { listFolders } from './list-folders.ts';
import { pathTest } from './path-pattern.ts';

const state = openState((workerData as { dataDir: string }).dataDir, { readonly: true });
defineFunctions(state);

parentPort?.on('message', (job: FinderJob) => {
  let reply: FinderReply;
  try {
    reply =
      job.kind === 'find'
        ? { kind: 'find', rows: find(job) }
        : { kind: 'folders', ...listFolders(state, job.sourceNo, job.folder) };
  } catch (error) {
    reply = { kind: 'failed', message: error instanceof Error ? error.message : 'unknown' };
  }
  parentPort?.postMessage(reply, reply.kind === 'find' ? [reply.rows.buffer as ArrayBuffer] : []);
});

function find(job: FindJob): Float64Array {
  const found = job.parts.map(({ sql, parameters }) =>
    state
      .prepare<unknown[], number>(sql)
      .pluck()
      .all(...parameters),
  );
  const rows = new Float64Array(found.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of found) {
    rows.set(part, at);
    at += part.length;
  }
  return rows;
}

function defineFunctions(database: State): void {
  const tests = new Map<string, (path: string) => boolean>();
  const sure = { deterministic: true } as const;
  database.function('path_text', sure, (path: unknown) => (path instanceof Uint8Array ? displayPath(path) : null));
  database.function('path_matches', sure, (path: unknown, pattern: unknown) => {
    const key = String(pattern);
    let test = tests.get(key);
    if (!test) {
      if (tests.size > 100) tests.clear();
      test = pathTest(key);
      tests.set(key, test);
    }
    return path instanceof Uint8Array && test(displayPath(path)) ? 1 : 0;
  });
  database.function('text_holds', sure, (text: unknown, part: unknown) =>
    typeof text === 'string' && text.toLowerCase().includes(String(part)) ? 1 : 0,
  );
  database.function('remainder', sure, (left: unknown, right: unknown) =>
    typeof left === 'number' && typeof right === 'number' && right !== 0 ? left % right : null,
  );
}
