/** The built cloud in a process of its own, and a client that speaks to it over HTTP. */
import { spawn, spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdirSync, readFileSync, rmSync } from 'node:fs';
import { Agent, request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { startPostgres } from './postgres.mjs';

const program = fileURLToPath(new URL('../../../cloud-api/bin/nucleus-cloud.js', import.meta.url));

/** @param {'sqlite' | 'postgres'} kind */
export async function startCloud(kind) {
  const folder = join(tmpdir(), `nucleus-bench-${kind}-${process.pid}`);
  mkdirSync(folder, { recursive: true, mode: 0o755 });
  const postgres = kind === 'postgres' ? await startPostgres(join(folder, 'postgres')) : undefined;
  const key = `live_${randomBytes(32).toString('base64url')}`;
  const args = ['serve', '--data', join(folder, 'data'), '--listen', '127.0.0.1:0'];
  if (postgres) args.push('--database', postgres.url);
  const child = spawn(process.execPath, [program, ...args], {
    env: { PATH: process.env.PATH, NUCLEUS_CLOUD_KEY: key },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  process.once('exit', () => child.kill('SIGKILL'));
  let said = '';
  const url = await new Promise((resolve, reject) => {
    child.once('exit', (code) => reject(new Error(`the cloud ended with ${code}: ${said}`)));
    child.stdout.on('data', (chunk) => {
      said += chunk;
      const ready = /ready at (\S+)/.exec(said);
      if (ready) resolve(ready[1]);
    });
  });
  const pid = child.pid;
  return {
    kind,
    url,
    key,
    folder,
    pid,
    database: postgres?.url,
    client: (own = key, connections = 10) => aClient(url, own, connections),
    /** Most memory that the process ever held, and what it holds, MiB. */
    memory: () => {
      const status = readFileSync(`/proc/${pid}/status`, 'utf8');
      const mib = (name) => Number(new RegExp(`${name}:\\s+(\\d+)`).exec(status)?.[1]) / 1024;
      return { peak: mib('VmHWM'), now: mib('VmRSS') };
    },
    /** Seconds of CPU that the process has used. */
    cpuSeconds: () => {
      const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1].split(' ');
      return (Number(fields[11]) + Number(fields[12])) / 100;
    },
    stop: async () => {
      const gone = once(child, 'exit');
      child.kill('SIGTERM');
      await gone;
      await postgres?.stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** Makes a key of a running cloud by its command. */
export function newKey(cloud, scope) {
  const database = cloud.database === undefined ? [] : ['--database', cloud.database];
  const made = spawnSync(
    process.execPath,
    [program, 'keys', 'create', '--scopes', scope, '--data', join(cloud.folder, 'data'), ...database],
    { encoding: 'utf8' },
  );
  if (made.status !== 0) throw new Error(made.stderr);
  return made.stdout.trim();
}

/** Keep-alive connections with one key. `ask` answers the parsed reply and throws for anything but 200. */
function aClient(url, key, connections) {
  const agent = new Agent({ keepAlive: true, maxSockets: connections });
  const authorization = `Basic ${Buffer.from(`${key}:`).toString('base64')}`;
  const send = (method, path, body, headers, take) =>
    new Promise((resolve, reject) => {
      const sent = request(`${url}${path}`, { method, agent, headers: { authorization, ...headers } }, (reply) =>
        take(reply).then(resolve, reject),
      );
      sent.once('error', reject);
      sent.end(body);
    });
  const whole = async (reply) => {
    const chunks = [];
    for await (const chunk of reply) chunks.push(chunk);
    const text = Buffer.concat(chunks).toString();
    if (reply.statusCode !== 200) throw new Error(`${reply.statusCode}: ${text.slice(0, 300)}`);
    return text;
  };
  const asJson = { 'content-type': 'application/json' };
  return {
    get: (path) => send('GET', path, undefined, {}, whole).then(JSON.parse),
    text: (path) => send('GET', path, undefined, {}, whole),
    ask: (path, body) => send('POST', path, JSON.stringify(body), asJson, whole).then(JSON.parse),
    /** A body that is spelled already. */
    post: (path, body, headers = asJson) => send('POST', path, body, headers, whole).then(JSON.parse),
    /** Reads the reply without keeping it. @returns its bytes */
    drain: (path, body) =>
      send('POST', path, JSON.stringify(body), asJson, async (reply) => {
        let bytes = 0;
        for await (const chunk of reply) bytes += chunk.length;
        if (reply.statusCode !== 200) throw new Error(`${reply.statusCode}`);
        return bytes;
      }),
    close: () => agent.destroy(),
  };
}
