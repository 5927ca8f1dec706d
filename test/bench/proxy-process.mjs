/** The proxy in a process of its own, and pictures for it, for the benchmarks that load it. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import sharp from 'sharp';

/** Noise as pictures: 1600 x 1200 JPEGs named by number. */
export async function makePictures(folder, count) {
  mkdirSync(folder, { recursive: true });
  for (let i = 0; i < count; i++) {
    const noise = { type: 'gaussian', mean: 90 + i, sigma: 16 };
    const picture = sharp({ create: { width: 1600, height: 1200, channels: 3, background: '#888', noise } });
    await picture.jpeg({ quality: 70 }).toFile(join(folder, `${i}.jpg`));
  }
}

/** @param rows files that the catalogue holds beside those in `root`, and that are not there */
export async function startProxyProcess(root, data, rows = 0) {
  mkdirSync(data, { recursive: true });
  return startServer('proxy-server.mjs', [root, data, String(rows)]);
}

/** A server of this folder, which prints one line of JSON with its port. */
export async function startServer(name, args) {
  const server = fileURLToPath(new URL(name, import.meta.url));
  const child = spawn(process.execPath, [server, ...args], { stdio: ['ignore', 'pipe', 'inherit'] });
  let text = '';
  child.stdout.on('data', (chunk) => (text += chunk));
  while (!text.includes('\n')) {
    if (child.exitCode !== null) throw new Error(`${name} did not start`);
    await Promise.race([once(child.stdout, 'data'), once(child, 'exit')]);
  }
  return { ...JSON.parse(text), pids: () => [child.pid], stop: () => endProcess(child) };
}

export async function endProcess(child) {
  if (child.exitCode !== null) return;
  child.kill('SIGTERM');
  await once(child, 'exit');
}
