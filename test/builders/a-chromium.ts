/**
 * A real Chromium with our own switches. Never the defaults of the package that ships it: those turn web security off,
 * and with them no test of CORS, CSP, mixed content or local network access means anything.
 */
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { readFile, rename, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir, userInfo } from 'node:os';
import { dirname, join } from 'node:path';
import { type Browser, chromium } from 'playwright-core';
import { describe } from 'vitest';
import { makeTempFolder, removeFolder } from './a-temp-folder.ts';

type Found = { executablePath: string; env: Record<string, string> } | { reason: string };

const ownSwitches = [
  '--no-sandbox',
  '--headless=shell',
  '--disable-gpu',
  '--disable-dev-shm-usage',
  '--disable-background-networking',
  '--disable-component-update',
  '--no-first-run',
];
const require = createRequire(import.meta.url);
const found = await findChromium();

/** A group of tests that needs a browser: skipped by name, with the reason, where none can run. */
export function describeWithChromium(name: string, body: () => void): void {
  if ('reason' in found) describe.skip(`${name} [needs Chromium: ${found.reason}]`, body);
  else describe(name, body);
}

/**
 * Opens a browser; the caller closes it. `CHROMIUM_PATH` names another binary than the one from npm.
 * @param switches more command line switches, e.g. `--ip-address-space-overrides=127.0.0.1:8080=public`
 * @throws Error when no browser runs: use {@link describeWithChromium} around it.
 */
export async function aChromium(switches: string[] = []): Promise<Browser> {
  if ('reason' in found) throw new Error(`No Chromium runs: ${found.reason}`);
  const { executablePath, env } = found;
  return chromium.launch({ executablePath, args: [...ownSwitches, ...switches], env: { ...process.env, ...env } });
}

/** The binary that starts here, and what it needs to: slim systems lack its libraries, or any font. */
async function findChromium(): Promise<Found> {
  try {
    const named = process.env.CHROMIUM_PATH;
    if (named) return firstThatStarts(named, [{}]);
    const folder = await unpack();
    const fonts: Record<string, string> = existsSync('/etc/fonts/fonts.conf')
      ? {}
      : { FONTCONFIG_FILE: join(folder, 'fonts.conf') };
    return firstThatStarts(join(folder, 'chromium'), [
      fonts,
      { ...fonts, LD_LIBRARY_PATH: join(folder, 'al2023/lib') },
    ]);
  } catch (error) {
    return { reason: error instanceof Error ? error.message : String(error) };
  }
}

function firstThatStarts(executablePath: string, envs: Record<string, string>[]): Found {
  let reason = '';
  for (const env of envs) {
    const run = spawnSync(executablePath, ['--version'], {
      env: { ...process.env, ...env },
      encoding: 'utf8',
      timeout: 20_000,
    });
    if (run.status === 0) return { executablePath, env };
    reason = `${executablePath} does not start: ${run.error?.message ?? run.stderr.trim()}`;
  }
  return { reason };
}

/**
 * Unpacks the browser, its software renderer, its libraries and its fonts once per version and user (2 seconds).
 * Test files run at the same time: each unpacks into a folder of its own, and the first rename wins.
 */
async function unpack(): Promise<string> {
  const packed = dirname(require.resolve('@sparticuz/chromium'));
  const { version } = JSON.parse(await readFile(join(packed, '../../package.json'), 'utf8')) as { version: string };
  const target = join(tmpdir(), `nucleus-chromium-${version}-${userInfo().uid}`);
  if (existsSync(target)) return target;
  const own = await makeTempFolder('nucleus-chromium');
  // In a process of its own: the package unpacks into TMPDIR, and its libraries only where it believes to be a Lambda.
  const script = "import packed from '@sparticuz/chromium'; await packed.executablePath();";
  const run = spawnSync(process.execPath, ['--input-type=module', '--eval', script], {
    cwd: import.meta.dirname,
    env: { ...process.env, TMPDIR: own, AWS_EXECUTION_ENV: 'AWS_Lambda_nodejs20.x' },
    encoding: 'utf8',
  });
  if (run.status !== 0) {
    await removeFolder(own);
    throw new Error(`Chromium does not unpack: ${run.stderr.trim()}`);
  }
  await writeFile(join(own, 'fonts.conf'), fontSettings(join(target, 'fonts'), join(target, 'fonts-cache')));
  await rename(own, target).catch(async (error: unknown) => {
    await removeFolder(own);
    if (!existsSync(target)) throw error;
  });
  return target;
}

function fontSettings(fonts: string, cache: string): string {
  return `<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig><dir>${fonts}</dir><cachedir>${cache}</cachedir></fontconfig>
`;
}
