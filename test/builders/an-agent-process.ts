import { once } from 'node:events';
import { readdir, readFile } from 'node:fs/promises';
import { type AddressInfo, createServer } from 'node:net';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { aProgram, type RunningProgram } from './a-process.ts';

export interface AgentRun {
  cloudUrl: string;
  key: string;
  /** Source `main`. */
  folder: string;
  data: string;
  listen: string;
  dataset?: string;
  /** More arguments, e.g. `--level minimal`. */
  extra?: readonly string[];
  /** Another build of the agent than the repository's. */
  script?: string;
}

/** A port of the loopback that nobody uses now. An agent's address is part of its records, so it cannot be left to the start. */
export async function aFreePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

/** Starts `nucleus-agent run`, built, in a process of its own. */
export function anAgentProcess(run: AgentRun): RunningProgram {
  return aProgram('agent', ['run', ...settings(run), ...(run.extra ?? [])], {
    env: { NUCLEUS_AGENT_KEY: run.key },
    ...(run.script !== undefined && { script: run.script }),
  });
}

/** Runs `nucleus-agent run --once --json` to its end. */
export async function agentOnce(
  run: AgentRun,
): Promise<{ exit: number | string; summary: Record<string, number>; output: string }> {
  const program = anAgentProcess({ ...run, extra: ['--once', '--json', ...(run.extra ?? [])] });
  const exit = await program.ended;
  const last = program.stdout().trim().split('\n').at(-1) ?? '';
  return { exit, summary: last.startsWith('{') ? JSON.parse(last) : {}, output: program.output() };
}

/** Runs another command of the agent on its data directory, to its end. */
export async function agentCommand(
  data: string,
  ...args: readonly string[]
): Promise<{ exit: number | string; stdout: string; output: string }> {
  const program = aProgram('agent', [...args, '--data', data]);
  const exit = await program.ended;
  return { exit, stdout: program.stdout(), output: program.output() };
}

function settings(run: AgentRun): string[] {
  return [
    ...['--source', run.folder, '--dataset', run.dataset ?? 'flow', '--cloud', run.cloudUrl],
    ...['--data', run.data, '--listen', run.listen],
  ];
}

/** A line of an agent's ledger. */
export interface LedgerLine {
  n: number;
  kind: string;
  url_path?: string;
  body?: string;
  of?: number;
  status?: number;
}

/** The ledger's lines, read from its files as an auditor would. */
export async function readLedger(data: string): Promise<LedgerLine[]> {
  const folder = join(data, 'ledger');
  const names = (await readdir(folder)).filter((name) => /^\d{6}\.ndjson(\.gz)?$/.test(name)).toSorted();
  const texts = await Promise.all(
    names.map(async (name) => {
      const bytes = await readFile(join(folder, name));
      return (name.endsWith('.gz') ? gunzipSync(bytes) : bytes).toString('utf8');
    }),
  );
  return texts.flatMap((text) => text.split('\n').filter(Boolean)).map((line) => JSON.parse(line) as LedgerLine);
}
