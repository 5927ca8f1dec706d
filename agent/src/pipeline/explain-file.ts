import { lstatSync } from 'node:fs';
import { isAbsolute, relative } from 'node:path';
import { AppError } from '@nucleus/shared/failure/app-error';
import type { ItemRecord } from '@nucleus/shared/record/record';
import { buildRecord, recordDigest } from '../record/build-record.ts';
import { type ExceptionCode, exceptionSentences } from '../record/exceptions.ts';
import { fileStat } from '../source/file-stat.ts';
import { pathFilter } from '../source/path-filter.ts';
import { describeOne } from './drain-queue.ts';
import type { RunningSource } from './running-source.ts';

/** What one file leads to, worked out anew from its bytes. */
export type Explanation = { alias: string; path: string } & (
  | { kind: 'outside' | 'excluded' }
  | { kind: 'not-catalogued-yet' }
  | { kind: 'exception'; code: ExceptionCode; sentence: string }
  /** `isSame`: the record is what the catalogue says was last owed to the cloud. */
  | { kind: 'record'; record: ItemRecord; digest: string; isSame: boolean }
);

/**
 * Recomputes the record of one file from the file itself, as the catalogue would.
 * @param file absolute path.
 * @throws AppError `item-not-found` when there is no such regular file.
 */
export async function explainFile(source: RunningSource, file: string): Promise<Explanation> {
  const path = relative(source.config.folder, file);
  const about = { alias: source.config.alias, path };
  if (path === '' || path.startsWith('..') || isAbsolute(path)) return { ...about, kind: 'outside' };
  const bytes = Buffer.from(path);
  const stat = lstatSync(file, { throwIfNoEntry: false });
  if (!stat?.isFile()) throw new AppError('item-not-found', `${file} is not a regular file.`);
  if (!pathFilter(source.config.include, source.config.exclude)(bytes.toString('latin1')))
    return { ...about, kind: 'excluded' };
  // no hash is known here, so that the pixels are looked at again
  const { described } = await describeOne(
    { ...source, known: { ...source.known, atPath: () => undefined, missingInode: () => undefined } },
    bytes,
    fileStat(stat),
  );
  if (described.kind === 'exception') {
    return { ...about, kind: 'exception', code: described.code, sentence: exceptionSentences[described.code] };
  }
  const row = source.known.atPath(bytes);
  if (!row || described.kind === 'known') return { ...about, kind: 'not-catalogued-yet' };
  const record = buildRecord(
    {
      referenceId: row.reference_id,
      path: bytes,
      bytes: stat.size,
      contentHash: described.contentHash,
      ingestDay: row.ingest_day,
      facts: described.facts,
    },
    source.policy,
  );
  const digest = recordDigest(record);
  return { ...about, kind: 'record', record, digest, isSame: digest === row.digest };
}
