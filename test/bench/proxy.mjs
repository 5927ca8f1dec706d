/**
 * Promise (README): checked links at 16 connections against nginx with secure_link and one worker, the same files in the same run:
 * 4 MB originals >= 1.0 x bytes/s, 90 KB originals >= 0.2 x requests/s, hot previews >= 0.5 x requests/s. The load
 * comes from wrk, so that the client is not what is measured. For previews a bare node:http with the same bytes and heads runs along: the
 * bound of what answers through its parser.
 */
import { spawn, spawnSync } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { median, report } from './measure.mjs';
import { workFolder } from './pictures.mjs';
import { endProcess, makePictures, startProxyProcess, startServer } from './proxy-process.mjs';

const rounds = 3;
const seconds = 3;
const connections = 16;
const home = join(workFolder, 'proxy');
const folder = join(home, 'files');
const nginx = ['/usr/sbin/nginx', '/usr/local/sbin/nginx', '/usr/bin/nginx'].find((path) => runs(path, '-v'));
const secret = 'bench';
/** What a server writes by itself. */
const hopHeaders = ['connection', 'content-length', 'date', 'keep-alive'];

function runs(command, ...args) {
  return spawnSync(command, args).error === undefined;
}

async function makeFiles() {
  rmSync(home, { recursive: true, force: true });
  for (const name of ['large', 'small', 'previews']) mkdirSync(join(folder, name), { recursive: true });
  for (let i = 0; i < 24; i++) writeFileSync(join(folder, 'large', `${i}.jpg`), randomBytes(4_000_000));
  for (let i = 0; i < 200; i++) writeFileSync(join(folder, 'small', `${i}.jpg`), randomBytes(90_000));
  await makePictures(join(folder, 'previews'), 48);
}

async function startNginx(served) {
  const port = await freePort();
  const config = join(home, 'nginx.conf');
  writeFileSync(
    config,
    `worker_processes 1; daemon off; pid ${home}/nginx.pid; error_log ${home}/nginx.log;
     events { worker_connections 512; }
     http {
       access_log off; sendfile on; tcp_nopush on; types { image/jpeg jpg; image/webp webp; }
       client_body_temp_path ${home}/t1; proxy_temp_path ${home}/t2; fastcgi_temp_path ${home}/t3; uwsgi_temp_path ${home}/t4; scgi_temp_path ${home}/t5;
       server {
         listen 127.0.0.1:${port};
         location / {
           root ${served};
           secure_link $arg_md5,$arg_expires;
           secure_link_md5 "$secure_link_expires$uri ${secret}";
           if ($secure_link = "") { return 403; }
           if ($secure_link = "0") { return 410; }
         }
       }
     }\n`,
  );
  const child = spawn(nginx, ['-c', config, '-e', `${home}/nginx.log`], { stdio: 'ignore' });
  for (let i = 0; i < 100 && !(await answers(port)); i++) await new Promise((resolve) => setTimeout(resolve, 50));
  const expires = Math.floor(Date.now() / 1000) + 3600;
  const link = (uri) => {
    const md5 = createHash('md5').update(`${expires}${uri} ${secret}`).digest('base64url');
    return `${uri}?md5=${md5}&expires=${expires}`;
  };
  // the master only watches: the worker is what serves
  const pids = () =>
    readFileSync(`/proc/${child.pid}/task/${child.pid}/children`, 'utf8').trim().split(' ').map(Number);
  return { port, link, pids, stop: () => endProcess(child) };
}

/** Seconds of processor time that processes have used; a busy machine changes these far less than what a clock shows. */
function processorSeconds(pids) {
  const ticks = pids.map((pid) => {
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1].split(' ');
    return Number(fields[11]) + Number(fields[12]);
  });
  return ticks.reduce((sum, each) => sum + each, 0) / 100;
}

function answers(port) {
  return fetch(`http://127.0.0.1:${port}/`).then(
    () => true,
    () => false,
  );
}

async function freePort() {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address();
  server.close();
  return port;
}

const script = `
local paths = {}
for line in io.lines(os.getenv("BENCH_PATHS")) do paths[#paths + 1] = line end
local at = 0
request = function()
  at = at % #paths + 1
  return wrk.format("GET", paths[at])
end
done = function(summary, latency)
  local e = summary.errors
  io.write(string.format('{"requests":%d,"bytes":%d,"us":%d,"p50":%d,"p99":%d,"bad":%d}\\n', summary.requests, summary.bytes,
    summary.duration, latency:percentile(50), latency:percentile(99), e.status + e.connect + e.read + e.write + e.timeout))
end`;

/** Load on one server. Every reply must be a good one. */
function load(server, paths, clients, forSeconds = seconds) {
  writeFileSync(join(home, 'paths'), paths.join('\n'));
  writeFileSync(join(home, 'load.lua'), script);
  const args = [
    '-t1',
    `-c${clients}`,
    `-d${forSeconds}s`,
    '-s',
    join(home, 'load.lua'),
    `http://127.0.0.1:${server.port}`,
  ];
  const before = processorSeconds(server.pids());
  const run = spawnSync('wrk', args, { encoding: 'utf8', env: { ...process.env, BENCH_PATHS: join(home, 'paths') } });
  const line = run.stdout.split('\n').find((text) => text.startsWith('{'));
  if (!line) throw new Error(`wrk told nothing: ${run.stderr}`);
  const { requests, bytes, us, p50, p99, bad } = JSON.parse(line);
  if (bad > 0) throw new Error(`${bad} of ${requests} requests failed`);
  const usOfProcessor = ((processorSeconds(server.pids()) - before) * 1e6) / requests;
  return {
    usOfProcessor,
    requestsPerS: (requests * 1e6) / us,
    bytesPerS: (bytes * 1e6) / us,
    p50: p50 / 1000,
    p99: p99 / 1000,
  };
}

function compare({ name, unit, target, of, ours, oursPaths, peer, peerPaths, bare }) {
  load(ours, oursPaths, connections, 1);
  load(peer, peerPaths, connections, 1);
  const servers = [[ours, oursPaths], [peer, peerPaths], ...(bare ? [bare] : [])];
  const runs = Array.from({ length: rounds }, () => servers.map(([server, paths]) => load(server, paths, connections)));
  const single = [load(ours, oursPaths, 1, 2), load(peer, peerPaths, 1, 2)];
  const [mine, theirs] = [0, 1].map((at) => median(runs.map((run) => run[at][of])));
  const tell = ({ p50, p99 }) => `p50 ${p50.toFixed(2)} p99 ${p99.toFixed(2)}`;
  const [last] = runs.slice(-1);
  const [mineUs, theirsUs, bareUs] = servers.map((_, at) => median(runs.map((run) => run[at].usOfProcessor)));
  const bareTold = bare
    ? `, bare node:http ${bareUs.toFixed(0)} us and ${Math.round(median(runs.map((run) => run[2][of])))}/s`
    : '';
  report({
    name,
    unit,
    ours: mine,
    peer: { name: 'nginx secure_link, 1 worker', value: theirs },
    target,
    about: `processor time a request ${mineUs.toFixed(0)} us (nginx ${theirsUs.toFixed(0)} us, ratio ${(theirsUs / mineUs).toFixed(2)}${bareTold}); ms at ${connections} connections: ${tell(last[0])} (nginx ${tell(last[1])}); at 1: ${tell(single[0])} (nginx ${tell(single[1])})`,
  });
}

async function originals() {
  const ours = await startProxyProcess(folder, join(home, 'data'));
  // nginx serves the very bytes that the proxy makes, taken from it once; that also makes them hot
  const served = join(home, 'served');
  let previewHead = [];
  mkdirSync(join(served, 'previews'), { recursive: true });
  for (const [at, path] of ours.links.previews.entries()) {
    const reply = await fetch(`http://127.0.0.1:${ours.port}${path}`, { headers: { accept: 'image/jpeg' } });
    if (!reply.ok) throw new Error(`preview ${at}: ${reply.status}`);
    previewHead = [...reply.headers].filter(([name]) => !hopHeaders.includes(name)).flat();
    writeFileSync(join(served, 'previews', `${at}.jpg`), Buffer.from(await reply.arrayBuffer()));
  }
  const [large, small] = ['large', 'small'].map((name) =>
    readdirSync(join(folder, name)).map((file) => `/${name}/${file}`),
  );
  const peer = await startNginx(folder);
  try {
    compare({
      name: 'proxy-originals-4mb',
      unit: 'bytes/s',
      target: 1,
      of: 'bytesPerS',
      ours,
      oursPaths: ours.links.large,
      peer,
      peerPaths: large.map(peer.link),
    });
    compare({
      name: 'proxy-originals-90kb',
      unit: 'requests/s',
      target: 0.2,
      of: 'requestsPerS',
      ours,
      oursPaths: ours.links.small,
      peer,
      peerPaths: small.map(peer.link),
    });
  } finally {
    await peer.stop();
  }
  const previewPeer = await startNginx(served);
  const bare = await startServer('bare-server.mjs', [join(served, 'previews'), JSON.stringify(previewHead)]);
  try {
    compare({
      name: 'proxy-previews-hot',
      unit: 'requests/s',
      target: 0.5,
      of: 'requestsPerS',
      ours,
      oursPaths: ours.links.previews,
      peer: previewPeer,
      peerPaths: ours.links.previews.map((_, at) => previewPeer.link(`/previews/${at}.jpg`)),
      bare: [bare, ours.links.previews.map((_, at) => `/${at}.jpg`)],
    });
  } finally {
    await bare.stop();
    await previewPeer.stop();
    await ours.stop();
  }
}

await makeFiles();
if (nginx && runs('wrk', '-v')) await originals();
else process.stderr.write('proxy against nginx was NOT measured: nginx and wrk are needed (apt install nginx wrk).\n');
rmSync(home, { recursive: true, force: true });
