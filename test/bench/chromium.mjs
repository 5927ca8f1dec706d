/** The Chromium that the browser tests unpack, for benchmarks that look at a page. */
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { chromium } from 'playwright-core';

const switches = ['--no-sandbox', '--headless=shell', '--disable-gpu', '--disable-dev-shm-usage', '--no-first-run'];

/** Undefined when none runs here: run the browser tests once, or name one by `CHROMIUM_PATH`. */
export async function launchChromium() {
  for (const { executablePath, env } of candidates()) {
    const run = spawnSync(executablePath, ['--version'], { env: { ...process.env, ...env }, timeout: 20_000 });
    if (run.status === 0) return chromium.launch({ executablePath, args: switches, env: { ...process.env, ...env } });
  }
  return undefined;
}

function candidates() {
  const named = process.env.CHROMIUM_PATH;
  if (named) return [{ executablePath: named, env: {} }];
  const unpacked = readdirSync(tmpdir()).find((name) =>
    new RegExp(`^nucleus-chromium-.*-${userInfo().uid}$`).test(name),
  );
  if (!unpacked) return [];
  const folder = join(tmpdir(), unpacked);
  const fonts = existsSync('/etc/fonts/fonts.conf') ? {} : { FONTCONFIG_FILE: join(folder, 'fonts.conf') };
  const executablePath = join(folder, 'chromium');
  return [
    { executablePath, env: fonts },
    { executablePath, env: { ...fonts, LD_LIBRARY_PATH: join(folder, 'al2023/lib') } },
  ];
}
