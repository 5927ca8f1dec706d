import type { AgentView, WatchState } from '@nucleus/shared/wire/agents';
import { expect, test } from 'vitest';
import { troubleOf } from './trouble.ts';

const anAgent = (watch?: WatchState): AgentView => ({
  agent_id: 'agt_00000000000000000000',
  version: '0.1.0',
  public_url: 'http://scanner.lan:8787',
  approved: true,
  last_heartbeat_ms: 1,
  state: 'live',
  sources: [
    {
      source_id: 'src_00000000000000000000',
      alias: 'ward',
      dataset_id: 'ds_00000000000000000000',
      dataset_name: 'ward',
      level: 'standard',
      names: 'relative-path',
      health: {
        ...{ alias: 'ward', state: 'live', reason: 'none', on_disk: 1, catalogued: 1, excluded: 0, exceptions: 0 },
        ...{ queued: 0, dead_letters: 0, held_deletions: 0, lag_s: 0 },
        ...(watch && { watch }),
      },
    },
  ],
});

test.each<[WatchState | undefined, number]>([
  [undefined, 0], // an older agent does not say
  ['watching', 0],
  ['switched-off', 0],
  ['network-file-system', 0],
  ['watch-limit', 1],
  ['self-test-failed', 1],
])('an agent whose changes are noticed by %j has %d things to look into', (watch, count) => {
  const troubles = troubleOf(anAgent(watch));
  expect(troubles).toHaveLength(count);
  for (const { title } of troubles) expect(title).toContain('scanner.lan:8787 finds changes in "ward" by scans only');
});
