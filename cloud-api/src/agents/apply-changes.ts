import { AppError } from '@nucleus/shared/failure/app-error';
import type { Ack } from '@nucleus/shared/wire/agents';
import type { Kysely } from 'kysely';
import type { Acting } from '../audit/acting.ts';
import { writeAudit } from '../audit/write-audit.ts';
import type { Database } from '../database/open-database.ts';
import type { Tables } from '../database/tables.ts';
import { together } from '../database/together.ts';
import { claimWrite, type DatasetClaim, settleWrite } from '../datasets/claim-write.ts';
import { takeVectors } from '../embeddings/keep-vectors.ts';
import { keepEvents } from '../items/keep-events.ts';
import { lockFieldTypes } from '../items/lock-field-types.ts';
import { withdrawResults } from '../job-queue/withdraw-results.ts';
import { renameInLabels } from '../labels/rename-item.ts';
import { followVectors } from './follow-vectors.ts';
import { keysOfBatch, planChanges } from './plan-changes.ts';
import { findSource, raiseHighRev, type SourceRow } from './queries.ts';
import type { Batch } from './read-batch.ts';
import { freeKeys, listHeadsByKey, listRowsByKey, saveRows } from './record-queries.ts';
import { agentNotFound } from './rules.ts';

/**
 * Applies a batch in one transaction and answers one ack per change, in order.
 * @throws AppError `agent-not-found`; `superseded` when another run of the agent has taken the source over;
 * `dataset-gone` when the bound dataset was deleted.
 */
export async function applyChanges(
  db: Kysely<Tables>,
  acting: Acting,
  batch: Batch,
  fence: number,
): Promise<{ datasetId: string; acks: Ack[]; written: number }> {
  const { renamed, ...done } = await db.transaction().execute(async (tx) => {
    const bound = await findSource(tx, acting.tenantId, batch.head.agent_id, batch.head.source);
    if (bound === undefined) throw agentNotFound();
    const claim = await claimBound(tx, acting, bound);
    // Read again behind the claim: a take-over that was waited for must be seen.
    const source = (await findSource(tx, acting.tenantId, bound.agentId, bound.alias)) ?? bound;
    if (fence !== source.fence) {
      throw new AppError('superseded', 'Another run of this agent has taken the source over: stop one of the two.');
    }
    const place = { tenantId: acting.tenantId, datasetId: source.datasetId };
    const claimed = { changeNo: claim.changeNo, nowMs: acting.nowMs };
    const keys = keysOfBatch(batch.lines);
    const readRows = batch.lines.some((line) => 'change' in line && line.change.op === 'rekey')
      ? listRowsByKey
      : listHeadsByKey;
    const [rows, fieldTypes, vectors] = await together(tx, (tx) => [
      readRows(tx, acting.tenantId, source.datasetId, [...keys.values()]),
      lockFieldTypes(tx, acting.tenantId, source.datasetId),
      takeVectors(tx, place, claimed, 'agent'),
    ]);
    const plan = planChanges({
      lines: batch.lines,
      keys,
      rows,
      source,
      tenantId: acting.tenantId,
      changeNo: claim.changeNo,
      nextSeq: claim.nextSeq,
      nowMs: acting.nowMs,
      fieldTypes,
    });
    await freeKeys(tx, acting.tenantId, source.datasetId, plan.rekeyed);
    const amount = plan.writes.length;
    await together(tx, (tx) => [
      saveRows(tx, plan.writes),
      keepEvents(tx, place, claim.changeNo, plan.events),
      plan.fieldTypes.save(),
      followVectors(vectors, plan.writes),
      raiseHighRev(tx, acting.tenantId, source.sourceId, plan.highRev),
      settleWrite(tx, acting.tenantId, source.datasetId, plan),
      amount > 0 && writeAudit(tx, acting, { action: 'agent.changes', targetId: source.sourceId, amount }),
    ]);
    await renameInLabels(tx, place, plan.renames);
    if (plan.renames.length > 0) await withdrawResults(tx, place, 'ended');
    const { acks, writes, renames } = plan;
    const renamed = renames.length > 0 ? place : undefined;
    return { datasetId: source.datasetId, acks, written: writes.length, renamed };
  });
  if (renamed !== undefined) await withdrawResults(db, renamed, 'all');
  return done;
}

async function claimBound(tx: Database, acting: Acting, source: SourceRow): Promise<DatasetClaim> {
  try {
    return await claimWrite(tx, acting, source.datasetId);
  } catch (error) {
    if (error instanceof AppError && error.code === 'dataset-not-found') {
      throw new AppError('dataset-gone', 'The dataset of this source was deleted in the cloud.', { cause: error });
    }
    throw error;
  }
}
