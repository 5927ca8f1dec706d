/** What is owed becomes batches. Pure: the same rows give the same batches, in a run and in `plan`. */
import { AppError } from '@nucleus/shared/failure/app-error';
import { maxBatchBytes, maxBatchChanges } from '@nucleus/shared/wire/agents';
import { buildRecord, type RecordPolicy } from '../record/build-record.ts';
import type { Facts } from '../record/facts.ts';
import type { UnsealedChange } from '../record/unsealed-change.ts';
import type { OwedChange } from '../state/outbox.ts';
import { readSidecar } from '../state/sidecars.ts';
import type { GateLine } from './cloud-gate.ts';

/** The change that a row stands for. @throws AppError `egress-refused` for a put of an item without facts. */
function changeOf(row: OwedChange, policy: RecordPolicy): UnsealedChange {
  if (row.op === 'delete') return { op: 'delete', ref: row.reference_id, rev: row.revision };
  if (row.op === 'rekey') {
    return { op: 'rekey', ref: row.reference_id, new_ref: row.new_reference_id ?? '', rev: row.revision };
  }
  if (row.facts === null || row.content_hash === null)
    throw new AppError('egress-refused', 'A change without facts cannot be sent.');
  const item = buildRecord(
    {
      referenceId: row.reference_id,
      path: row.path,
      bytes: row.byte_size,
      contentHash: row.content_hash,
      ingestDay: row.ingest_day,
      facts: JSON.parse(row.facts) as Facts,
      sidecar: readSidecar(row.sidecar),
    },
    policy,
  );
  return { op: 'put', ref: row.reference_id, rev: row.revision, item };
}

export interface BatchLimits {
  changes: number;
  /** Of the whole body, before compression. */
  bytes: number;
}

const protocolLimits: BatchLimits = { changes: maxBatchChanges, bytes: maxBatchBytes };

/** How many of the first lines fit into one batch; at least one, so that a single giant is answered and not waited for. */
export function countThatFit(
  lines: readonly Pick<GateLine, 'bytes'>[],
  headBytes: number,
  limits = protocolLimits,
): number {
  let bytes = headBytes;
  let count = 0;
  for (const line of lines) {
    bytes += line.bytes;
    if (count === limits.changes || (count > 0 && bytes > limits.bytes)) break;
    count += 1;
  }
  return count;
}

/** A batch cut from the outbox. `lastRef` is where the next one starts; `refused` must not leave and blocks nobody. */
export interface CutBatch<Line> {
  lines: Line[];
  lastRef: string;
  refused: { ref: string; rev: number; code: string }[];
}

/** Cuts the next batch of a source above `after`; null when nothing is owed there. */
export function cutBatch<Line extends GateLine>(
  rows: readonly OwedChange[],
  seal: { sealChange(source: string, change: UnsealedChange): Line; headBytes(source: string): number },
  policy: RecordPolicy,
  limits = protocolLimits,
): CutBatch<Line> | null {
  const last = rows.at(-1);
  if (!last) return null;
  const lines: Line[] = [];
  const refused: CutBatch<Line>['refused'] = [];
  for (const row of rows) {
    try {
      lines.push(seal.sealChange(policy.alias, changeOf(row, policy)));
    } catch (error) {
      if (!(error instanceof AppError)) throw error;
      refused.push({ ref: row.reference_id, rev: row.revision, code: error.code });
    }
  }
  const fit = countThatFit(lines, seal.headBytes(policy.alias), limits);
  const isWhole = fit === lines.length;
  return {
    lines: lines.slice(0, fit),
    lastRef: isWhole ? last.reference_id : (lines[fit - 1]?.ref ?? last.reference_id),
    refused,
  };
}
