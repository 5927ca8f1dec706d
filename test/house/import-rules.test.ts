import { spawnSync } from 'node:child_process';
import { mkdir, symlink, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, test } from 'vitest';
import { makeTempFolder, removeFolder } from '../builders/a-temp-folder.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const settingsFile = new URL('../../.dependency-cruiser.mjs', import.meta.url).href;
const { default: settings } = (await import(settingsFile)) as { default: { forbidden: { name: string }[] } };

/** A tree that breaks no rule. */
const cleanTree: Record<string, string> = {
  'shared/package.json': '{ "dependencies": { "zod": "*" } }',
  'agent/package.json': '{ "dependencies": { "got": "*", "express": "*" } }',
  'cloud-api/package.json': '{ "dependencies": { "got": "*", "express": "*", "kysely": "*" } }',
  'test/package.json': '{ "devDependencies": { "vitest": "*" } }',
  'shared/src/wire/item.ts': "import { z } from 'zod'; export const Item = z.string();",
  'shared/ui/tile.tsx': "import { Item } from '../src/wire/item.ts'; export const Tile = () => <b>{String(Item)}</b>;",
  'agent/src/state/files.ts': 'export const files = 1;',
  'agent/src/watch/settle.ts': "import { files } from '../state/files.ts'; export const settle = files;",
  'agent/src/sync/push.ts': "import { files } from '../state/files.ts'; export const push = files;",
  'agent/src/sync/push.test.ts':
    "import { expect } from 'vitest'; import '../../../test/builders/a-thing.ts'; expect(1);",
  'agent/src/sync/types.ts': "import type { Server } from 'node:http'; export type S = Server;",
  'agent/src/egress/send.ts': "import got from 'got'; import 'node:net'; export const send = got;",
  'agent/src/proxy/serve.ts': "import 'node:http'; import express from 'express'; export const serve = express;",
  'agent/src/commands/status.ts': "import { push } from '../sync/push.ts'; export const status = push;",
  'agent/src/pipeline.ts': "import './watch/settle.ts'; import './sync/push.ts'; export const pipeline = 1;",
  'agent/web/main.tsx': "import { Tile } from '../../shared/ui/tile.tsx'; export const page = <Tile />;",
  'cloud-api/src/items/queries.ts': "import { sql } from 'kysely'; export const list = sql;",
  'cloud-api/src/items/list-items.ts': "import { list } from './queries.ts'; export const listItems = list;",
  'cloud-api/src/attachments/fetch/fetch.ts': "import got from 'got'; import 'node:dns'; export const get = got;",
  'cloud-api/src/http/app.ts': "import 'node:http'; import express from 'express'; export const app = express;",
  'test/builders/a-thing.ts': 'export const thing = 1;',
  'test/flow/drop.ts': "import '../../agent/src/pipeline.ts'; export const flow = 1;",
};

/** Every rule, and files that break it. */
const plants: [rule: string, files: Record<string, string>][] = [
  ['no-cycles', { 'shared/src/a.ts': "import './b.ts';", 'shared/src/b.ts': "import './a.ts';" }],
  ['imports-resolve', { 'agent/src/watch/x.ts': "import './missing.ts';" }],
  ['shared-is-pure', { 'shared/src/x.ts': "import 'node:fs';" }],
  ['shared-is-pure', { 'shared/src/x.ts': "import '../ui/tile.tsx';" }],
  ['shared-knows-nobody', { 'shared/ui/x.tsx': "import '../../agent/src/state/files.ts';" }],
  ['agent-knows-no-cloud', { 'agent/src/sync/x.ts': "import '../../../cloud-api/src/http/app.ts';" }],
  ['agent-knows-no-cloud', { 'agent/src/sync/x.ts': "import '@nucleus/cloud-api';" }],
  [
    'cloud-knows-no-agent',
    { 'cloud-api/src/items/x.ts': "import type { a } from '../../../agent/src/state/files.ts';" },
  ],
  ['pages-import-no-server', { 'agent/web/x.tsx': "import '../src/state/files.ts';" }],
  ['server-imports-no-page', { 'agent/src/proxy/x.ts': "import '../../web/main.tsx';" }],
  ['stages-are-independent', { 'agent/src/sync/x.ts': "import '../watch/settle.ts';" }],
  ['stages-are-independent', { 'agent/src/new-stage/x.ts': "type T = import('../watch/settle.ts').T;" }],
  ['stages-know-no-root', { 'agent/src/watch/x.ts': "import '../pipeline.ts';" }],
  ['ground-knows-no-stage', { 'agent/src/state/x.ts': "import '../watch/settle.ts';" }],
  ['queries-stay-home', { 'cloud-api/src/slices/x.ts': "import '../items/queries.ts';" }],
  ['rules-are-pure', { 'cloud-api/src/items/rules.ts': "import './queries.ts';" }],
  ['only-egress-dials', { 'agent/src/watch/x.ts': "import got from 'got';" }],
  ['only-egress-dials', { 'agent/src/watch/x.ts': "import { connect } from 'node:tls';" }],
  ['only-egress-dials', { 'agent/src/main.ts': "class Q { m = async () => ({ x: await import('node:https') }); }" }],
  ['only-egress-dials', { 'agent/src/watch/x.tsx': 'const e = <b on={() => import(`undici`)} />;' }],
  ['only-egress-dials', { 'agent/src/watch/x.ts': "export { request } from 'http';" }],
  ['only-egress-dials', { 'agent/src/watch/x.ts': "import d = require('node:dgram');" }],
  ['proxy-only-serves', { 'agent/src/proxy/x.ts': "import dns from 'node:dns/promises';" }],
  ['only-proxy-serves', { 'agent/src/watch/x.ts': "import express from 'express';" }],
  ['only-fetch-and-objects-dial', { 'cloud-api/src/items/x.ts': "import got from 'got';" }],
  ['only-fetch-and-objects-dial', { 'cloud-api/src/attachments/x.ts': "import '@aws-sdk/client-s3';" }],
  ['only-http-serves', { 'cloud-api/src/items/x.ts': "import express from 'express';" }],
  ['no-created-require', { 'agent/src/watch/x.ts': "import { createRequire } from 'node:module';" }],
  ['nothing-imports-test', { 'agent/src/watch/x.ts': "import '../../../test/builders/a-thing.ts';" }],
  ['unit-tests-use-builders', { 'agent/src/watch/x.test.ts': "import '../../../test/flow/drop.ts';" }],
  ['no-test-packages', { 'shared/ui/x.ts': "import { expect } from 'vitest';" }],
  ['declared-dependencies', { 'agent/src/watch/x.ts': "import 'picomatch';" }],
  ['computed-import', { 'agent/src/watch/x.ts': 'export const load = (name: string) => import(name);' }],
  ['computed-import', { 'agent/src/watch/x.ts': "process.getBuiltinModule('node:net');" }],
];

async function checkTree(files: Record<string, string>): Promise<{ status: number | null; lines: string[] }> {
  const folder = await makeTempFolder('nucleus-imports');
  await symlink(join(root, 'node_modules'), join(folder, 'node_modules'));
  for (const [name, text] of Object.entries(files)) {
    await mkdir(dirname(join(folder, name)), { recursive: true });
    await writeFile(join(folder, name), text);
  }
  const run = spawnSync(process.execPath, [join(root, 'test/house/check-imports.mjs'), folder], { encoding: 'utf8' });
  await removeFolder(folder);
  return { status: run.status, lines: (run.stdout + run.stderr).trim().split('\n') };
}

test('a tree that keeps the rules passes and is really read', async () => {
  const { status, lines } = await checkTree(cleanTree);
  expect(lines).toEqual([expect.stringMatching(/^18 modules, \d\d dependencies, 0 violations$/)]);
  expect(status).toBe(0);
});

/** The same files under names that are this plant's alone, so that all plants stand in one tree and each is found by its name. */
function planted(index: number, files: Record<string, string>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(files).map(([name, text]) => [
      name.replace(/\/([abx])(?=\.)/, `/$1-${index}`),
      text.replace('./b.ts', `./b-${index}.ts`).replace('./a.ts', `./a-${index}.ts`),
    ]),
  );
}

describe('a tree with every plant in it', () => {
  const trees = plants.map(([, files], index) => planted(index, files));
  let found: { status: number | null; lines: string[] };
  beforeAll(async () => {
    found = await checkTree(Object.assign({}, cleanTree, ...trees));
  });

  test.each(trees.map((tree, index) => ({ rule: plants[index]?.[0], index, names: Object.keys(tree) })))(
    '$rule catches plant $index',
    ({ rule, names }) => {
      const told = found.lines.filter(
        (line) => line.startsWith(`${rule}:`) && names.some((name) => line.includes(name)),
      );
      expect(told).not.toEqual([]);
      expect(found.status).toBe(1);
    },
  );
});

test('every rule has a planted violation', () => {
  const planted = new Set(plants.map(([rule]) => rule));
  expect(settings.forbidden.map(({ name }) => name).filter((name) => !planted.has(name))).toEqual([]);
});

test('zero modules is a failure', async () => {
  const { status, lines } = await checkTree({});
  expect(lines).toContain('0 modules, 0 dependencies, 4 violations');
  expect(status).toBe(1);
});

test('a workspace without a module that was read is a failure by name', async () => {
  const withoutAgent = Object.entries(cleanTree).filter(([name]) => !name.startsWith('agent/'));
  const { status, lines } = await checkTree(Object.fromEntries(withoutAgent));
  expect(lines).toContain('nothing-read: no TypeScript module of agent was read');
  expect(status).toBe(1);
});
