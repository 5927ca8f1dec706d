import { realpathSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';
import { AppError } from '@nucleus/shared/failure/app-error';
import { canonicalJson } from '@nucleus/shared/record/canonical-json';
import type { AgentParts } from '../agent-parts.ts';
import { openLedgerIndex } from '../egress/ledger-index.ts';
import { type ConfigFlags, loadConfig } from '../load-config.ts';
import { recordPolicies } from '../policies.ts';
import { buildRecord, type RecordPolicy, recordDigest } from '../record/build-record.ts';
import { noPixelsSentences } from '../record/exceptions.ts';
import { sidecarSentences } from '../record/sidecar.ts';
import { openState } from '../state/open-state.ts';
import type { ItemRow } from '../state/rows.ts';
import { readSidecar } from '../state/sidecars.ts';
import { printJson, type Terminal } from './terminal.ts';

/**
 * Makes the record of one file anew from its bytes and compares it with what the catalogue holds, the cloud acknowledged and the ledger shows.
 * @returns 0 when all agree, 1 when one differs.
 */
export async function explain(
  file: string,
  flags: ConfigFlags & { json?: boolean },
  parts: AgentParts,
  context: { terminal: Terminal; workingDir: string },
): Promise<number> {
  const config = loadConfig(flags, context.workingDir);
  const absolute = resolve(context.workingDir, file);
  const source = config.sources.find(
    ({ folder }) => absolute.startsWith(`${realpathSync(folder)}/`) || absolute.startsWith(`${folder}/`),
  );
  if (!source) throw new AppError('usage', `${file} lies in none of the configured folders.`);
  const path = Buffer.from(
    relative(absolute.startsWith(`${source.folder}/`) ? source.folder : realpathSync(source.folder), absolute),
  );
  const state = openState(config.data, { readonly: true });
  const keys = parts.openKeys(config.data);
  const pool = parts.openPool(config.extract, keys);
  const policy = recordPolicies(config).get(source.alias) as RecordPolicy;
  try {
    await pool.started();
    const item = state
      .prepare<[string, Buffer], ItemRow>(
        `select i.* from items i join sources s using (source_no) where s.alias = ? and i.path = ? and i.presence = 'live'`,
      )
      .get(source.alias, path);
    if (!item)
      throw new AppError('item-not-found', `${file} is not in the catalogue; it may be excluded, or not scanned yet.`);
    if (item.status !== 'catalogued')
      throw new AppError(
        'item-not-found',
        `${file} has no record: ${item.exception_sentence ?? `it is ${item.status}.`}`,
      );
    const described = await parts.describeFile(pool, source, path);
    if (!described) throw new AppError('item-not-found', `${file} cannot be described now.`);
    const subject = {
      referenceId: item.reference_id,
      path,
      bytes: item.byte_size,
      ingestDay: item.ingest_day,
      ...described,
      sidecar: readSidecar(item.sidecar),
    };
    const record = buildRecord(subject, policy);
    const digest = recordDigest(record);
    const index = await openLedgerIndex(join(config.data, 'ledger'));
    const left = await index.lastBodyOf(item.reference_id, source.alias);
    index.close();
    const inLedger = left ? (JSON.parse(left.body) as { digest?: string }).digest : undefined;
    const verdict = {
      digest,
      catalogue: item.digest === digest,
      acknowledged: item.acked_digest === digest,
      ledger: inLedger === digest,
      ledger_line: left?.n ?? null,
    };
    const same = (isSame: boolean): string => (isSame ? 'the same' : 'DIFFERENT');
    if (flags.json) printJson(context.terminal, { ...verdict, record });
    else {
      context.terminal.out(`${canonicalJson(record)}\n`);
      const { noPixels } = described.facts;
      const fault = readSidecar(item.sidecar)?.fault;
      if (fault) context.terminal.note(`${sidecarSentences[fault]}\n`);
      if (noPixels) context.terminal.note(`nothing was made from its pixels: ${noPixelsSentences[noPixels]}\n`);
      context.terminal.note(
        `catalogue ${same(verdict.catalogue)}, acknowledged ${same(verdict.acknowledged)}, ledger ${same(verdict.ledger)}\n`,
      );
    }
    return verdict.catalogue && verdict.acknowledged && verdict.ledger ? 0 : 1;
  } finally {
    await pool.close();
    state.close();
  }
}
