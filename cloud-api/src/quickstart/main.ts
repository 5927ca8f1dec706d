/** `npm start -- FOLDER`: a cloud and an agent on this machine, ready to look at. */
import { createServer } from 'node:http';
import { join, resolve } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { AppError } from '@nucleus/shared/failure/app-error';
import { Command } from 'commander';
import pino from 'pino';
import { reportFailure } from '../commands/report-failure.ts';
import { readConfig, readFetchAllow, readSecrets } from '../config.ts';
import { type RunningCloud, startCloud } from '../serve/start-cloud.ts';
import { stopSignal } from '../serve/stop-signal.ts';
import { findAgentKey, keepAgentKey } from './agent-key.ts';
import { runAgent } from './run-agent.ts';
import { chooseFolder } from './sample-folder.ts';

interface Flags {
  data: string;
  cloudPort: string;
  agentPort: string;
}

const approveEveryMs = 250;

const program = new Command('npm start --')
  .argument('[folder]', 'folder of pictures to watch; a small sample folder without one')
  .option('--data <dir>', 'folder of everything that is kept', './data')
  .option('--cloud-port <port>', 'port of the dashboard', '8080')
  .option('--agent-port <port>', 'port of the agent', '8787')
  .exitOverride()
  .action(run);

async function run(named: string | undefined, flags: Flags): Promise<void> {
  const stopped = stopSignal();
  const cloudPort = readPort(flags.cloudPort, '--cloud-port');
  const agentPort = readPort(flags.agentPort, '--agent-port');
  const { folder, dataset } = await chooseFolder(named, flags.data);
  await assertPortIsFree(agentPort);
  const log = pino({ level: 'warn' }, pino.destination(2));
  const config = readConfig(undefined, {
    data: flags.data,
    listen: `127.0.0.1:${cloudPort}`,
    fetch_allow: readFetchAllow(process.env),
  });
  const cloud = await startCloud({ config, secrets: readSecrets(process.env), log });
  const stopApproving = new AbortController();
  try {
    const agentUrl = `http://127.0.0.1:${agentPort}`;
    const agent = runAgent({
      source: folder,
      dataset,
      cloud: cloud.url,
      data: resolve(join(flags.data, 'agent')),
      listen: `127.0.0.1:${agentPort}`,
      key: await agentKey(cloud, flags.data),
    });
    void approveWhenRegistered(cloud, agentUrl, stopApproving.signal);
    await greet(cloud, folder);
    const ended = await Promise.race([agent.ended, stopped]);
    if (typeof ended === 'number') process.exitCode = ended;
    await Promise.all([agent.stop(), cloud.close()]);
  } finally {
    stopApproving.abort();
    await cloud.close();
  }
}

/** The key of an earlier start, else a fresh one. A key that the cloud no longer knows is told by the agent. */
async function agentKey(cloud: RunningCloud, data: string): Promise<string> {
  const path = join(resolve(data), 'agent', 'keys', 'cloud');
  const known = findAgentKey(path);
  if (known !== undefined && (await cloud.knowsKey(known))) return known;
  const secret = await cloud.createAgentKey('agent of npm start');
  keepAgentKey(path, secret);
  return secret;
}

/** Whoever starts both on one machine trusts the agent; elsewhere an administrator approves it. */
async function approveWhenRegistered(cloud: RunningCloud, agentUrl: string, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    if (await cloud.approveAgentOnceRegistered(agentUrl).catch(() => false)) return;
    await delay(approveEveryMs, undefined, { signal }).catch(() => undefined);
  }
}

async function greet(cloud: RunningCloud, folder: string): Promise<void> {
  const lines = [
    `Watching ${folder}`,
    `Dashboard: ${await cloud.createSignInLink()}  (signs in once, within 10 minutes)`,
  ];
  if (cloud.firstKey !== undefined) {
    lines.push(`Admin API key, shown once and kept in ${cloud.firstKey.file}: ${cloud.firstKey.secret}`);
  }
  process.stdout.write(`${lines.join('\n')}\n`);
}

function readPort(text: string, flag: string): number {
  const port = /^\d{1,5}$/.test(text) ? Number(text) : Number.NaN;
  if (!(port >= 1 && port <= 65_535)) throw new AppError('usage', `${flag} takes a port from 1 to 65535.`);
  return port;
}

/** Asked before anything starts, so that a taken port is said once and nothing is half up. @throws AppError `port-in-use` */
async function assertPortIsFree(port: number): Promise<void> {
  const probe = createServer();
  await new Promise<void>((done, fail) => {
    probe.once('error', (cause) =>
      fail(
        new AppError('port-in-use', `Port ${port} is taken: stop what uses it or choose another with --agent-port.`, {
          cause,
        }),
      ),
    );
    probe.listen(port, '127.0.0.1', () => probe.close(() => done()));
  });
}

try {
  await program.parseAsync();
} catch (error) {
  process.exitCode = reportFailure(error);
}
