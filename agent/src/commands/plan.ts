import { mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { maxBatchChanges } from '@nucleus/shared/wire/agents';
import type { AgentParts } from '../agent-parts.ts';
import { checkStart } from '../check-start.ts';
import { installEgressGuard } from '../egress/guard.ts';
import { sha256Hex } from '../egress/ledger-line.ts';
import { planRequests } from '../egress/plan.ts';
import type { Seal, SealedLine } from '../egress/seal.ts';
import { type ConfigFlags, loadConfig } from '../load-config.ts';
import { openLog } from '../log.ts';
import { egressPolicy, recordPolicies, registrationOf } from '../policies.ts';
import type { RecordPolicy } from '../record/build-record.ts';
import { openBindings } from '../state/bindings.ts';
import { openState, type State } from '../state/open-state.ts';
import { type Outbox, openOutbox } from '../state/outbox.ts';
import { cutBatch } from '../sync/push-outbox.ts';
import { printJson, type Terminal } from './terminal.ts';

export interface PlanFlags extends ConfigFlags {
  out?: string;
  json?: boolean;
}

/**
 * Writes the bodies that a run would send now, without opening a socket: scans into a copy of the catalogue, which is thrown away.
 * The agent's keys are made when there are none yet, so that the run that follows gives the same names.
 */
export async function plan(
  flags: PlanFlags,
  parts: AgentParts,
  context: { terminal: Terminal; workingDir: string; version: string; signal: AbortSignal },
): Promise<number> {
  const { terminal } = context;
  const config = loadConfig(flags, context.workingDir);
  await checkStart(config);
  const removeGuard = installEgressGuard({ cloudUrl: null });
  const keys = parts.openKeys(config.data);
  const scratch = mkdtempSync(join(config.data, 'plan-'));
  try {
    copyState(config.data, scratch);
    const state = openState(scratch);
    const policies = recordPolicies(config);
    const policyOf = (alias: string) => policies.get(alias) as RecordPolicy;
    const pool = parts.openPool(config.extract, keys);
    await pool.started();
    const log = openLog({ level: 'warn' });
    const pipeline = parts.startPipeline({
      state,
      dataDir: scratch,
      config,
      sources: config.sources,
      pool,
      keys,
      policyOf,
      isQueueFull: () => false,
      signal: context.signal,
      log,
      onProgress: () => undefined,
    });
    await pipeline.scanOnce();
    await pipeline.close();
    await pool.close();
    const outbox = openOutbox(state);
    const found: { kind: string; source: string | null; path: string; bytes: number; sha256: string }[] = [];
    const batches = (seal: Seal) => owedBatches(state, outbox, seal, policyOf);
    if (flags.out !== undefined) mkdirSync(resolve(context.workingDir, flags.out), { recursive: true, mode: 0o700 });
    for (const request of planRequests(
      egressPolicy(config, keys.agentId, context.version),
      registrationOf(config, keys.agentId, context.version),
      batches,
    )) {
      found.push({
        kind: request.kind,
        source: request.source,
        path: request.path,
        bytes: request.body.length,
        sha256: sha256Hex(request.body),
      });
      const name = `${String(found.length).padStart(6, '0')}-${request.kind}${request.source ? `-${request.source}` : ''}.${request.kind === 'changes' ? 'ndjson' : 'json'}`;
      if (flags.out !== undefined)
        writeFileSync(resolve(context.workingDir, flags.out, name), request.body, { mode: 0o600 });
      else if (!flags.json) terminal.out(`# ${request.kind} ${request.path}\n${request.body.toString().trimEnd()}\n`);
    }
    state.close();
    const bytes = found.reduce((sum, request) => sum + request.bytes, 0);
    terminal.note(`${found.length} requests, ${bytes} bytes; nothing was sent.\n`);
    if (flags.json) printJson(terminal, { requests: found, bytes });
    return 0;
  } finally {
    rmSync(scratch, { recursive: true, force: true });
    removeGuard();
  }
}

/** All batches that are owed, cut as a run cuts them. */
function* owedBatches(
  state: State,
  outbox: Outbox,
  seal: Seal,
  policyOf: (alias: string) => RecordPolicy,
): Generator<{ source: string; lines: SealedLine[] }> {
  const sealer = { sealChange: seal.change, headBytes: seal.headBytes };
  for (const { alias, source_no } of openBindings(state).listSources()) {
    for (const which of ['rekeys', 'others'] as const) {
      for (let after = ''; ; ) {
        const batch = cutBatch(outbox.read(source_no, which, after, maxBatchChanges), sealer, policyOf(alias));
        if (!batch) break;
        if (batch.lines.length > 0) yield { source: alias, lines: batch.lines };
        after = batch.lastRef;
      }
    }
  }
}

function copyState(dataDir: string, scratch: string): void {
  if (!statSync(join(dataDir, 'state', 'agent.db'), { throwIfNoEntry: false })) return;
  mkdirSync(join(scratch, 'state'), { mode: 0o700 });
  const state = openState(dataDir, { readonly: true });
  state.prepare('vacuum into ?').run(join(scratch, 'state', 'agent.db'));
  state.close();
}
