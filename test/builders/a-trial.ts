/** A folder, a real cloud behind a relay and the built agent as a process: what fault tests break and look at. */
import { cpSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { chmod, chown } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { SourceHealth } from '@nucleus/shared/wire/agents';
import { onTestFinished } from 'vitest';
import { openState } from '../../agent/src/state/open-state.ts';
import { openDatabase } from '../../cloud-api/src/database/open-database.ts';
import { type ACloud, aCloud } from '../contract/a-cloud.ts';
import type { TestDatabase } from '../contract/on-each-database.ts';
import { send } from '../contract/send.ts';
import { aChaosRelay, type ChaosRelay } from './a-chaos-relay.ts';
import { aProgram, type RunningProgram } from './a-process.ts';
import { makeTempFolder, removeFolder } from './a-temp-folder.ts';
import { aFreePort } from './an-agent-process.ts';
import { eventually } from './eventually.ts';

/** An item as the cloud answers it. */
export interface CloudRecord {
  id: string;
  ref: string;
  name: string;
  contentHash: string;
}

export interface ATrial {
  cloud: ACloud;
  relay: ChaosRelay;
  home: string;
  folder: string;
  data: string;
  /** `run` with the trial's configuration. */
  start: (...extra: string[]) => RunningProgram;
  /** `run` as another process than usual. */
  startWith: (
    how: { env?: Record<string, string>; nodeArgs?: readonly string[]; within?: readonly string[] },
    ...extra: string[]
  ) => RunningProgram;
  /** `run --once --json` to its end. */
  once: () => Promise<{ exit: number | string; summary: Record<string, number>; output: string }>;
  command: (...args: string[]) => Promise<{ exit: number | string; output: string; stdout: string }>;
  /** Live items of the dataset by relative path; a second one of the same path has ` (again)` behind it. */
  inCloud: () => Promise<Map<string, CloudRecord>>;
  /** Labels items, as people do: a slice of them. The function that it resolves to says which ones the slice holds. */
  label: (refs: readonly string[]) => Promise<() => Promise<string[]>>;
  /** What the last heartbeat said of the source. */
  health: () => Promise<Partial<SourceHealth>>;
  /** Waits until the cloud has exactly these paths. */
  converges: (paths: () => readonly string[], withinMs?: number) => Promise<Map<string, CloudRecord>>;
  /** Text of the agent's `/metrics`. */
  metrics: () => Promise<string>;
  /** Rows of the agent's catalogue. */
  query: (sql: string) => any[];
  /** Copies what the cloud holds now; the function that it resolves to puts that back. The cloud is stopped for a moment. */
  copyCloud: (options?: { newEpoch?: boolean }) => Promise<() => Promise<void>>;
  setConfig: (over: TrialConfig) => void;
  /** What all programs printed. */
  output: () => string;
}

export interface TrialConfig {
  scan?: object;
  extract?: object;
  sync?: object;
  source?: object;
  data?: string;
}

/** @param database SQLite by default. */
export async function aTrial(
  options: {
    database?: TestDatabase;
    config?: TrialConfig;
    folder?: string;
    uid?: number;
    within?: readonly string[];
  } = {},
): Promise<ATrial> {
  const cloud = await aCloud({ database: options.database ?? { url: undefined, drop: async () => undefined } });
  const relay = await aChaosRelay(() => cloud.url);
  const home = await makeTempFolder('trial');
  const folder = options.folder ?? join(home, 'pictures');
  const data = join(home, 'agent');
  const running = new Set<RunningProgram>();
  const started: RunningProgram[] = [];
  onTestFinished(async () => {
    for (const program of running) await program.stop('SIGKILL');
    await relay.close();
    await cloud.close();
    await removeFolder(home);
  });
  mkdirSync(folder, { recursive: true });
  if (options.uid !== undefined) {
    await chmod(home, 0o755);
    mkdirSync(data, { mode: 0o700 });
    await chown(data, options.uid, options.uid);
  }
  const key = await cloud.makeKey({ scopes: ['agent'] });
  const listen = `127.0.0.1:${await aFreePort()}`;
  const file = join(home, 'agent.yaml');
  const setConfig = (over: TrialConfig): void => {
    const agent = {
      data: over.data ?? data,
      listen,
      cloud: { url: relay.url },
      scan: { interval_s: 2, settle_ms: 100, delete_grace_ms: 300, ...over.scan },
      // one decoder starts in half the time of two
      extract: { processes: 1, ...over.extract },
      sync: { heartbeat_s: 1, max_backoff_ms: 300, ...over.sync },
      sources: [{ alias: 'main', folder, dataset: 'trial', ...over.source }],
    };
    // YAML is a superset of JSON
    writeFileSync(file, JSON.stringify({ agent }), { mode: 0o644 });
  };
  setConfig(options.config ?? {});
  const startWith = (
    { env, ...how }: { env?: Record<string, string>; nodeArgs?: readonly string[]; within?: readonly string[] },
    ...extra: string[]
  ): RunningProgram => {
    const program = aProgram('agent', ['run', '--config', file, ...extra], {
      env: { NUCLEUS_AGENT_KEY: key, ...env },
      ...(options.uid === undefined ? {} : { uid: options.uid }),
      ...(options.within === undefined ? {} : { within: options.within }),
      ...how,
    });
    running.add(program);
    started.push(program);
    void program.ended.then(() => running.delete(program));
    return program;
  };
  const start = (...extra: string[]): RunningProgram => startWith({}, ...extra);
  const datasetId = async (): Promise<string | undefined> =>
    (await send(`${cloud.url}/v1/nucleus/dataset/details`, { key: cloud.adminKey })).body[0]?.id;
  const inCloud = async (): Promise<Map<string, CloudRecord>> => {
    const found = new Map<string, CloudRecord>();
    const id = await datasetId();
    if (id === undefined) return found;
    const { body } = await send(`${cloud.url}/v1/nucleus/dataset/${id}/datasetItems`, { key: cloud.adminKey });
    for (const item of body.dataset_items) {
      const { name, content_hash: contentHash } = item.metadata;
      // a path that two items have for a moment is a difference that has to go away
      found.set(found.has(name) ? `${name} (again)` : name, {
        id: item.id ?? item.dataset_item_id,
        ref: item.ref_id ?? item.reference_id,
        name,
        contentHash,
      });
    }
    return found;
  };
  return {
    cloud,
    relay,
    home,
    folder,
    data,
    start,
    startWith,
    setConfig,
    output: () => started.map(({ output }) => output()).join(''),
    once: async () => {
      const program = start('--once', '--json');
      const exit = await program.ended;
      const last = program.stdout().trim().split('\n').at(-1) ?? '';
      return { exit, summary: last.startsWith('{') ? JSON.parse(last) : {}, output: program.output() };
    },
    command: async (...args) => {
      const program = aProgram('agent', [...args, '--data', data]);
      const exit = await program.ended;
      return { exit, output: program.output(), stdout: program.stdout() };
    },
    inCloud,
    label: async (refs) => {
      const dataset = await datasetId();
      const made = await send(`${cloud.url}/v1/nucleus/dataset/${dataset}/create_slice`, {
        key: cloud.adminKey,
        body: { name: `labels ${Math.random()}`, reference_ids: refs },
      });
      if (made.status !== 200) throw new Error(`the slice was not made: ${made.text}`);
      return async () => {
        const { body } = await send(`${cloud.url}/v1/nucleus/slice/${made.body.slice_id}`, { key: cloud.adminKey });
        return body.items.map((item: { ref_id?: string; reference_id?: string }) => item.ref_id ?? item.reference_id);
      };
    },
    metrics: async () => (await fetch(`http://${listen}/metrics`)).text(),
    health: async () => {
      const { body } = await send(`${cloud.url}/v1/agents`, { key: cloud.adminKey });
      return body.agents?.[0]?.sources[0]?.health ?? {};
    },
    converges: async (paths, withinMs = 15_000) => {
      let last: string[] = [];
      try {
        return await eventually('the cloud to hold exactly what is on disk', withinMs, async () => {
          const there = await inCloud();
          last = [...there.keys()].toSorted();
          return JSON.stringify(last) === JSON.stringify([...paths()].toSorted()) ? there : undefined;
        });
      } catch (cause) {
        const want = new Set(paths());
        const lost = [...want].filter((path) => !last.includes(path));
        const phantom = last.filter((path) => !want.has(path));
        throw new Error(`lost in the cloud: ${lost.slice(0, 9)}; phantom: ${phantom.slice(0, 9)}`, { cause });
      }
    },
    query: (sql) => {
      const state = openState(data, { readonly: true });
      try {
        return state.prepare(sql).all();
      } finally {
        state.close();
      }
    },
    copyCloud: async ({ newEpoch = false } = {}) => {
      const database = options.database;
      if (database?.url !== undefined) {
        if (!database.copy) throw new Error('this database cannot be copied');
        let putBack = async (): Promise<void> => undefined;
        await cloud.restart(async () => {
          putBack = (await database.copy?.()) ?? putBack;
        });
        return () =>
          cloud.restart(async () => {
            await putBack();
            if (newEpoch) await changeEpoch(cloud.databaseUrl);
          });
      }
      const path = cloud.databaseUrl.replace('sqlite:', '');
      const copy = join(home, `copy-${Math.random()}`);
      await cloud.restart(async () => cpSync(dirname(path), copy, { recursive: true }));
      return () =>
        cloud.restart(async () => {
          rmSync(dirname(path), { recursive: true });
          cpSync(copy, dirname(path), { recursive: true });
          if (newEpoch) await changeEpoch(cloud.databaseUrl);
        });
    },
  };
}

/** What an operator's restore does, so that agents notice at once. */
async function changeEpoch(databaseUrl: string): Promise<void> {
  const { db, close } = await openDatabase(databaseUrl, () => undefined);
  try {
    const value = Math.random().toString(16).slice(2).padEnd(32, '0').slice(0, 32);
    await db.updateTable('store_meta').set({ value }).where('name', '=', 'store_epoch').execute();
  } finally {
    await close();
  }
}
