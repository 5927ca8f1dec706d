import { spawnSync } from 'node:child_process';
import { mkdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';
import { aTempFolder } from '../builders/a-temp-folder.ts';

const root = join(import.meta.dirname, '../..');

/** Runs knip with this repository's settings over a small agent made of `files`. */
async function unusedIn(files: Record<string, string>): Promise<{ status: number | null; output: string }> {
  const folder = await aTempFolder('nucleus-knip');
  const manifest = (name: string) => readFile(join(root, name), 'utf8');
  const tree: Record<string, string> = {
    'package.json': JSON.stringify({ ...JSON.parse(await manifest('package.json')), devDependencies: {}, scripts: {} }),
    'tsconfig.json': await manifest('tsconfig.json'),
    'agent/package.json': '{ "name": "@nucleus/agent", "type": "module" }',
    'agent/src/main.ts': "import { used } from './used.ts'; process.stdout.write(used);",
    'agent/src/used.ts': "export const used = 'a';",
    ...files,
  };
  for (const [name, text] of Object.entries(tree)) {
    await mkdir(dirname(join(folder, name)), { recursive: true });
    await writeFile(join(folder, name), text);
  }
  await symlink(join(root, 'node_modules'), join(folder, 'node_modules'));
  const knip = join(root, 'node_modules/.bin/knip');
  const run = spawnSync(knip, ['--directory', folder, '--no-config-hints'], { cwd: folder, encoding: 'utf8' });
  return { status: run.status, output: run.stdout + run.stderr };
}

test('a tree without waste passes', async () => {
  const { status, output } = await unusedIn({});
  expect({ status, output }).toEqual({ status: 0, output: expect.not.stringContaining('Unused') });
});

test.each([
  {
    waste: 'file',
    files: { 'agent/src/sync/lonely.ts': 'export const a = 1;' },
    says: /Unused files[\s\S]*lonely[.]ts/,
  },
  {
    waste: 'export',
    files: { 'agent/src/used.ts': "export const used = 'a'; export const neverImported = 1;" },
    says: /Unused exports[\s\S]*neverImported/,
  },
  {
    waste: 'dependency',
    files: { 'agent/package.json': '{ "name": "@nucleus/agent", "dependencies": { "picomatch": "*" } }' },
    says: /Unused dependencies[\s\S]*picomatch/,
  },
  {
    waste: 'unlisted dependency',
    files: { 'agent/src/used.ts': "import kleur from 'kleur'; export const used = kleur.red('a');" },
    says: /Unlisted dependencies[\s\S]*kleur/,
  },
])('an unused or unlisted thing is reported: $waste', async ({ files, says }) => {
  const { status, output } = await unusedIn(files);
  expect(output).toMatch(says);
  expect(status).toBe(1);
});
