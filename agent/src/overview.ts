import type { Overview } from './agent-parts.ts';
import { openBindings } from './state/bindings.ts';
import type { State } from './state/open-state.ts';
import { openOutbox } from './state/outbox.ts';
import type { Sync } from './sync/start-sync.ts';

/** Sources, their states and counts, as the viewer and `status` show them. Without `sync` no agent is running. */
export function describeOverview(parts: {
  agentId: string;
  version: string;
  cloudUrl: string;
  state: State;
  sync: Pick<Sync, 'cloudState' | 'pauseReason' | 'lagS'> | undefined;
}): Overview {
  const bindings = openBindings(parts.state);
  const outbox = openOutbox(parts.state);
  return {
    agent_id: parts.agentId,
    version: parts.version,
    cloud_url: parts.cloudUrl,
    cloud_state: parts.sync?.cloudState() ?? 'never-reached',
    sources: bindings.listSources().map((row) => {
      const paused = row.state === 'suspended' ? undefined : parts.sync?.pauseReason(row.alias);
      return {
        alias: row.alias,
        folder: row.folder,
        dataset_name: row.dataset_name,
        level: row.level,
        names: row.names,
        state: paused ? 'paused' : row.state,
        reason: paused ?? row.reason,
        watch: bindings.watchOf(row.alias),
        lag_s: parts.sync?.lagS(row.alias) ?? 0,
        last_scan_ms: row.last_scan_ms,
        verified_day: bindings.findMark(`verified_day:${row.alias}`) ?? null,
        ...bindings.counts(row.source_no),
        queued: outbox.queued(row.source_no),
        dead_letters: outbox.deadLetters(row.source_no),
      };
    }),
  };
}
