import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { aProgram } from '../builders/a-process.ts';
import { aScratchBuild } from '../builders/a-scratch-build.ts';
import { aTempFolder } from '../builders/a-temp-folder.ts';
import { aFreePort } from '../builders/an-agent-process.ts';
import { anAuditedRun } from '../builders/an-audited-run.ts';
import { findLeaks, foundSecrets } from '../builders/find-leaks.ts';
import { tellingPictures, tellingTexts } from '../builders/telling-pictures.ts';
import { aCloud } from '../contract/a-cloud.ts';

const request = 'egress/cloud-request.js';
const leaks = [
  {
    leak: 'a raw EXIF string in a field that the gate lets through',
    patch: [
      { of: 'shared', file: 'exif/tiff-exif.js', from: "{ 271: 'Make', ", to: "{ 271: 'Make', 315: 'Artist', " },
      {
        of: 'shared',
        file: 'exif/exif-facts.js',
        from: 'modelOf(text(exif.ifd0?.Model))',
        to: 'modelOf(text(exif.ifd0?.Artist))',
      },
    ],
    found: /Jane Q. Photographer/,
  },
  {
    leak: 'sixteen bytes of pixels in a header',
    patch: [
      {
        file: request,
        from: "'accept': 'application/json',",
        to: "'accept': 'application/json', 'x-request-id': leakedPixels,",
      },
      {
        file: request,
        from: 'export function openTransport(',
        to: `const { default: leakSharp } = await import('sharp');
const leakedPixels = (await leakSharp(process.argv.at(-1).replace('agent.yaml', 'customer-folder/f.png')).raw().toBuffer()).subarray(3000, 3016).toString('hex');
export function openTransport(`,
      },
    ],
    found: /16 pixels of file/,
  },
  {
    leak: 'one more header',
    patch: [
      { file: request, from: "'accept': 'application/json',", to: "'accept': 'application/json', 'x-trace': '1'," },
    ],
    found: /the header x-trace/,
  },
  {
    leak: 'a second host',
    patch: [
      {
        file: request,
        from: 'export function openTransport(options) {',
        to: `import leakNet from 'node:net';
const leakConnect = leakNet.Socket.prototype.connect;
export function openTransport(options) {
  leakConnect.call(new leakNet.Socket(), 9, '127.0.0.77').on('error', () => undefined);`,
      },
    ],
    found: /a connect that is not the cloud's: 127.0.0.77/,
  },
  {
    leak: 'a lookup of another name',
    patch: [
      {
        file: request,
        from: 'export function openTransport(options) {',
        to: `import leakDns from 'node:dns';
const leakLookup = leakDns.lookup;
export function openTransport(options) {
  leakLookup('pixels.canary.invalid', () => undefined);`,
      },
    ],
    found: /a lookup that is not the cloud's: pixels.canary.invalid/,
  },
] satisfies { leak: string; patch: Parameters<typeof aScratchBuild>[0]; found: RegExp }[];

test.each(leaks)('the checks find $leak', async ({ patch, found }) => {
  expect(await leaksOf(await aScratchBuild(patch))).toContainEqual(expect.stringMatching(found));
});

test('the checks find nothing in the same build unpatched, whose pictures hold all that is searched for', async () => {
  const inFiles = foundSecrets([...(await tellingPictures(500)).values()], tellingTexts, 'in a file');
  expect(inFiles).toEqual(tellingTexts.map((text) => `"${text}" in a file`));
  expect(await leaksOf(await aScratchBuild([]))).toEqual([]);
});

test.each([
  { leak: 'a raw EXIF string', patch: leaks[0]?.patch ?? [], found: /FOUND names of people: Canary Artist Quill/ },
  {
    leak: 'the path of a source in a log line',
    patch: [
      {
        file: 'pipeline/scan-source.js',
        from: 'queue.clear();',
        to: "queue.clear(); source.log.info({ reason: config.folder }, 'scan begins');",
      },
    ],
    found: /FOUND absolute paths/,
  },
  {
    leak: 'a connection',
    patch: [
      {
        file: 'sync/start-sync.js',
        from: 'export function startSync(options) {',
        to: "import leakNet from 'node:net';\nexport function startSync(options) {\n  leakNet.connect(9, '127.0.0.77').on('error', () => undefined);",
      },
    ],
    found: /FOUND connections tried: connect/,
  },
])('self-audit ends with 1 for $leak', async ({ patch, found }) => {
  const program = aProgram('agent', ['self-audit'], { script: await aScratchBuild(patch) });
  expect([await program.ended, program.stdout()]).toEqual([1, expect.stringMatching(found)]);
});

async function leaksOf(script: string): Promise<string[]> {
  const cloud = await aCloud({ database: { url: undefined, drop: async () => undefined } });
  onTestFinished(() => cloud.close());
  const home = await aTempFolder('leaky');
  const folder = join(home, 'customer-folder');
  const files = await tellingPictures(500);
  for (const [name, bytes] of files) {
    await mkdir(join(folder, name, '..'), { recursive: true });
    await writeFile(join(folder, name), bytes);
  }
  const agent = { home, folder, data: join(home, 'data'), listen: `127.0.0.1:${await aFreePort()}`, script };
  const run = await anAuditedRun(agent, cloud.url, await cloud.makeKey({ scopes: ['agent'] }));
  expect(run.summary).toMatchObject({ catalogued: 6, acknowledged: 6 });
  return findLeaks(run, { files: [...files.values()], secrets: [...tellingTexts, home] }, 'standard');
}
