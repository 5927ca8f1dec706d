import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { aProgram } from './a-process.ts';
import { aRecordingRelay, type RecordedRequest } from './a-recording-relay.ts';
import { type LedgerLine, readLedger } from './an-agent-process.ts';

const observer = fileURLToPath(new URL('./record-network.mjs', import.meta.url));

/** An agent as an operator would set it up, on a data directory of its own. */
export interface AuditedAgent {
  home: string;
  folder: string;
  data: string;
  listen: string;
  /** Of source `main`: level, names, fields_off, exclude … */
  source?: Record<string, unknown>;
  extract?: Record<string, unknown>;
  /** Another build of the agent than the repository's. */
  script?: string;
}

/** Everything that can be seen of a run from outside. */
export interface AuditedRun {
  exit: number | string;
  summary: Record<string, number>;
  requests: RecordedRequest[];
  /** Raw bytes of each connection. */
  streams: Buffer[];
  ledger: LedgerLine[];
  /** What the process wrote to stdout and stderr. */
  output: string;
  /** Connections, name lookups and UDP sockets below node's own modules. */
  network: NetworkUse[];
  /** `HOST:PORT` that the agent was pointed to. */
  cloud: string;
  key: string;
}

export interface NetworkUse {
  kind: 'connect' | 'unix' | 'lookup' | 'udp';
  address?: string;
  port?: number;
  name?: string;
}

/** Runs the built agent once against a real cloud, through a relay that keeps every byte. */
export async function anAuditedRun(agent: AuditedAgent, cloudUrl: string, key: string): Promise<AuditedRun> {
  const relay = await aRecordingRelay(cloudUrl);
  const networkLog = join(agent.home, `network-${Date.now()}.ndjson`);
  await writeFile(networkLog, '');
  const program = aProgram('agent', ['run', '--once', '--json', '--config', await writeConfig(agent, relay.url)], {
    env: { NUCLEUS_AGENT_KEY: key, NODE_OPTIONS: `--import=${observer}`, TEST_NETWORK_LOG: networkLog },
    ...(agent.script === undefined ? {} : { script: agent.script }),
  });
  const exit = await program.ended;
  const last = program.stdout().trim().split('\n').at(-1) ?? '';
  const run = {
    exit,
    summary: last.startsWith('{') ? (JSON.parse(last) as Record<string, number>) : {},
    requests: relay.requests(),
    streams: relay.streams(),
    ledger: await readLedger(agent.data),
    output: program.output(),
    network: (await readFile(networkLog, 'utf8'))
      .split('\n')
      .filter(Boolean)
      .map((line) => JSON.parse(line) as NetworkUse),
    cloud: new URL(relay.url).host,
    key,
  };
  await relay.close();
  return run;
}

/** Runs another command of the agent with the same configuration, to its end. */
export async function auditedCommand(
  agent: AuditedAgent,
  cloudUrl: string,
  ...args: readonly string[]
): Promise<{ exit: number | string; stdout: string; output: string }> {
  const config = await writeConfig(agent, cloudUrl);
  const program = aProgram('agent', [...args, '--config', config], {
    ...(agent.script === undefined ? {} : { script: agent.script }),
  });
  const exit = await program.ended;
  return { exit, stdout: program.stdout(), output: program.output() };
}

/** The configuration file of an agent; JSON is YAML. */
async function writeConfig(agent: AuditedAgent, cloudUrl: string): Promise<string> {
  await mkdir(agent.home, { recursive: true });
  const file = join(agent.home, 'agent.yaml');
  const config = {
    agent: {
      data: agent.data,
      listen: agent.listen,
      cloud: { url: cloudUrl },
      scan: { settle_ms: 0 },
      // one decoder starts in half the time of two
      extract: { processes: 1, ...agent.extract },
      sources: [{ alias: 'main', folder: agent.folder, dataset: 'audit', ...agent.source }],
    },
  };
  await writeFile(file, JSON.stringify(config), { mode: 0o600 });
  return file;
}

/** The items of all changes that were sent, by reference id. */
export function sentItems(requests: readonly RecordedRequest[]): Map<string, SentItem> {
  const items = new Map<string, SentItem>();
  for (const { target, body } of requests) {
    if (!target.startsWith('/v1/agents/changes')) continue;
    for (const line of body.toString().trimEnd().split('\n').slice(1)) {
      const change = JSON.parse(line) as { op: string; ref: string; item?: SentItem };
      if (change.item) items.set(change.ref, change.item);
    }
  }
  return items;
}

export interface SentItem {
  reference_id: string;
  image_url: string;
  width: number;
  height: number;
  phash?: string;
  metadata: Record<string, string | number>;
}
