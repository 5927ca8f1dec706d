/**
 * Promises of the intake: 10,000 pictures of 90 KB from a server on this machine are fetched, hashed, decoded and kept on disk and in
 * SQLite at 150 a second or more; a CSV of 100,000 rows is checked within 10 s in little more memory; an upload of 5 GB in none.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createReadStream, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, request as httpRequest } from 'node:http';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import sharp from 'sharp';
import { report } from './measure.mjs';
import { workFolder } from './pictures.mjs';
import { cpuSeconds, watchMemory } from './watch-process.mjs';

const program = fileURLToPath(new URL('../../cloud-api/bin/nucleus-cloud.js', import.meta.url));
const key = `live_${'b'.repeat(43)}`;
const auth = { authorization: `Basic ${Buffer.from(`${key}:`).toString('base64')}` };
const pictures = Number(process.env.BENCH_PICTURES ?? 10_000);
const rows = 100_000;
const largeBytes = Number(process.env.BENCH_UPLOAD_BYTES ?? 5e9);
const mebibyte = 1024 * 1024;

const folder = mkdtempSync(join(workFolder, 'intake-'));
const server = await aPictureServer();
const cloud = await aCloud();
try {
  await benchPictures();
  await benchCsv();
  await benchLarge();
} finally {
  cloud.child.kill();
  await once(cloud.child, 'exit');
  server.close();
  rmSync(folder, { recursive: true, force: true });
}

/** Every picture differs from every other by its comment, so that each is kept by itself; pixels are those of a few. */
async function aPictureServer() {
  const bases = await Promise.all(Array.from({ length: 16 }, (_, i) => aPictureOf90Kilobytes(i)));
  const listening = createServer((request, response) => {
    const number = Number(request.url.slice(1));
    const base = bases[number % bases.length];
    const comment = Buffer.from([0xff, 0xfe, 0, 10, ...Buffer.from(String(number).padStart(8, '0'))]);
    response.writeHead(200, { 'content-type': 'image/jpeg', 'content-length': base.length + comment.length });
    response.write(base.subarray(0, 2));
    response.write(comment);
    response.end(base.subarray(2));
  }).listen(0, '127.0.0.1');
  await once(listening, 'listening');
  return Object.assign(listening, { host: `127.0.0.1:${listening.address().port}` });
}

async function aPictureOf90Kilobytes(seed) {
  let state = seed + 1;
  const pixels = Buffer.alloc(640 * 480 * 3);
  for (let i = 0; i < pixels.length; i++) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    pixels[i] = 128 + 60 * Math.sin(i / (900 + 40 * seed)) + (state >>> 27);
  }
  const raw = { raw: { width: 640, height: 480, channels: 3 } };
  for (let quality = 95; ; quality -= 3) {
    const jpeg = await sharp(pixels, raw).jpeg({ quality }).toBuffer();
    if (jpeg.length <= 92_000) return jpeg;
  }
}

async function aCloud() {
  const child = spawn(process.execPath, [program, 'serve', '--data', folder, '--listen', '127.0.0.1:0'], {
    env: { PATH: process.env.PATH, NUCLEUS_CLOUD_KEY: key, NUCLEUS_CLOUD_FETCH_ALLOW: server.host },
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  let said = '';
  for await (const chunk of child.stdout) {
    said += chunk;
    const url = /ready at (\S+)/.exec(said)?.[1];
    if (url !== undefined) return { child, url };
  }
  throw new Error(`the cloud did not start: ${said}`);
}

async function call(path, options = {}) {
  const { body, raw, headers, method = body === undefined && raw === undefined ? 'GET' : 'POST' } = options;
  const response = await fetch(cloud.url + path, {
    method,
    headers: { ...auth, ...(body === undefined ? {} : { 'content-type': 'application/json' }), ...headers },
    ...(raw === undefined ? {} : { duplex: 'half' }),
    body: raw ?? (body === undefined ? undefined : JSON.stringify(body)),
  });
  const text = await response.text();
  if (!response.ok) throw new Error(`${path}: ${response.status} ${text}`);
  return { headers: response.headers, body: text === '' ? undefined : JSON.parse(text) };
}

async function aDataset(name) {
  return (await call('/v1/nucleus/dataset/create', { body: { name } })).body.dataset_id;
}

async function endOf(jobId) {
  for (;;) {
    const { body } = await call(`/v1/nucleus/job/${jobId}`);
    if (body.status === 'Completed') return body.message;
    if (body.status !== 'Running') throw new Error(JSON.stringify(body));
    await delay(50);
  }
}

async function benchPictures() {
  const dataset = await aDataset('pictures');
  const lines = Array.from({ length: pictures }, (_, i) =>
    JSON.stringify({ reference_id: `p-${i}`, image_url: `http://${server.host}/${i}` }),
  );
  const requestId = 'bench';
  const { body } = await call(`/v1/nucleus/dataset/${dataset}/signedUrl/${requestId}`);
  await fetch(body.signed_url, { method: 'PUT', body: lines.join('\n') });
  const started = performance.now();
  const cpuBefore = cpuSeconds(cloud.child.pid);
  const job = await call(`/v1/nucleus/dataset/${dataset}/append?async=1`, { body: { requestId } });
  const counts = await endOf(job.body.job_id);
  const seconds = (performance.now() - started) / 1000;
  if (counts.new_items !== pictures) throw new Error(`${counts.new_items} of ${pictures} pictures were kept`);
  // What two cores can do at 150 items a second; it holds on a busy machine, too.
  report({
    name: 'intake of 90 KB pictures, CPU of the cloud and its decoders',
    unit: 'ms/item',
    ours: ((cpuSeconds(cloud.child.pid) - cpuBefore) * 1000) / pictures,
    atMost: 2000 / 150,
  });
  report({
    name: 'intake of 90 KB pictures by address',
    unit: 'items/s',
    ours: pictures / seconds,
    atLeast: 150,
    about: `${pictures} pictures over http into local disk and SQLite, decoded and hashed`,
  });
}

async function sendFile(dataset, name, path, bytes) {
  const metadata = Object.entries({ name, dataset_id: dataset, purpose: 'csv' }).map(
    ([each, value]) => `${each} ${Buffer.from(value).toString('base64')}`,
  );
  const tus = { 'tus-resumable': '1.0.0' };
  const made = await call('/v1/uploads', {
    method: 'POST',
    headers: { ...tus, 'upload-length': String(bytes), 'upload-metadata': metadata.join(',') },
  });
  const place = made.headers.get('location');
  await call(place, {
    method: 'PATCH',
    raw: createReadStream(path),
    headers: {
      ...tus,
      'upload-offset': '0',
      'content-type': 'application/offset+octet-stream',
      'content-length': String(bytes),
    },
  });
  return place;
}

async function benchCsv() {
  const dataset = await aDataset('csv');
  const lines = Array.from(
    { length: rows },
    (_, i) => `https://pictures.example/yard/${i}.jpg,row-${i},${i % 977},"note ${i}, with a comma",block-${i % 7}`,
  );
  const path = join(folder, 'rows.csv');
  const text = ['attachment_url,reference_id,size,note,block', ...lines].join('\n');
  writeFileSync(path, text);
  const memory = watchMemory(cloud.child.pid);
  const started = performance.now();
  const place = await sendFile(dataset, 'rows.csv', path, Buffer.byteLength(text));
  const job = await call(`${place}/csv`, { body: { run: 'check' } });
  const found = await endOf(job.body.job_id);
  const seconds = (performance.now() - started) / 1000;
  if (found.created !== rows) throw new Error(`${found.created} of ${rows} rows are good`);
  report({
    name: 'CSV of 100,000 rows accepted',
    unit: 's',
    ours: seconds,
    atMost: 10,
    about: 'uploaded, checked against the dataset, ready to import',
  });
  report({ name: 'CSV of 100,000 rows, memory', unit: 'MB of growth', ours: memory.stop(), atMost: 150 });
}

async function benchLarge() {
  const dataset = await aDataset('large');
  const memory = watchMemory(cloud.child.pid);
  const started = performance.now();
  await sendLarge(dataset);
  const seconds = (performance.now() - started) / 1000;
  report({
    name: 'resumable upload of 5 GB',
    unit: 'MB/s',
    ours: largeBytes / 1e6 / seconds,
    about: 'one connection on this machine, cut once in the middle',
  });
  report({ name: 'resumable upload of 5 GB, memory', unit: 'MB of growth', ours: memory.stop(), atMost: 150 });
}

/** Half of it, a broken connection, and the rest from the byte that arrived. */
async function sendLarge(dataset) {
  const tus = { 'tus-resumable': '1.0.0' };
  const metadata = Object.entries({ name: 'large.csv', dataset_id: dataset, purpose: 'csv' }).map(
    ([each, value]) => `${each} ${Buffer.from(value).toString('base64')}`,
  );
  const made = await call('/v1/uploads', {
    method: 'POST',
    headers: { ...tus, 'upload-length': String(largeBytes), 'upload-metadata': metadata.join(',') },
  });
  const place = made.headers.get('location');
  await pour(place, 0, largeBytes, largeBytes / 2);
  let arrived = 0;
  for (let same = 0; same < 3; ) {
    const now = Number((await call(place, { method: 'HEAD', headers: tus })).headers.get('upload-offset'));
    same = now === arrived ? same + 1 : 0;
    arrived = now;
    await delay(50);
  }
  if (arrived < largeBytes / 4) throw new Error(`only ${arrived} bytes arrived before the cut`);
  await pour(place, arrived, largeBytes, largeBytes);
  const { body } = await call(place);
  if (body.state !== 'received') throw new Error(`the upload ended ${body.state}`);
}

/** Sends bytes `from` to `to` of the file, and breaks the connection at `cut` when that is less. */
function pour(place, from, to, cut) {
  const chunk = Buffer.alloc(mebibyte, 'a,b\n');
  return new Promise((resolve, reject) => {
    const sending = httpRequest(cloud.url + place, {
      method: 'PATCH',
      headers: {
        ...auth,
        'tus-resumable': '1.0.0',
        'upload-offset': from,
        'content-type': 'application/offset+octet-stream',
        'content-length': to - from,
      },
    });
    let sent = from;
    const more = () => {
      for (;;) {
        if (sent >= cut) {
          if (cut === to) sending.end();
          else sending.destroy();
          return;
        }
        const part = chunk.subarray(0, Math.min(chunk.length, to - sent));
        sent += part.length;
        if (!sending.write(part)) return void sending.once('drain', more);
      }
    };
    sending.on('response', (response) => response.resume().once('end', resolve));
    sending.on('error', (error) => (cut === to ? reject(error) : resolve()));
    sending.on('close', resolve);
    more();
  });
}
