import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openState } from '../../agent/src/state/open-state.ts';
import { aJpeg } from '../builders/a-picture.ts';
import { makeTempFolder, removeFolder } from '../builders/a-temp-folder.ts';
import { type AgentRun, aFreePort, agentOnce } from '../builders/an-agent-process.ts';
import { nastyNames } from '../builders/nasty-names.ts';
import { type ACloud, aCloud } from '../contract/a-cloud.ts';
import { onEachDatabase } from '../contract/on-each-database.ts';
import { send } from '../contract/send.ts';

const below = (folder: string, path: Buffer): Buffer => Buffer.concat([Buffer.from(`${folder}/`), path]);

/** Paths in folders with such names as well, one of them longer than an id may be. */
function nastyPaths(): Buffer[] {
  const names = nastyNames(500);
  const folders = [Buffer.from([0xff, 0x0a]), Buffer.from('~b'), Buffer.from('e\u0301'), Buffer.from('\u00e9')];
  const long = Buffer.concat(
    Array.from({ length: 5 }, () => Buffer.concat([Buffer.alloc(200, 0x64), Buffer.from('/')])),
  );
  const moved = names.slice(0, 200).map((name, i) => {
    const folder = i % 5 === 4 ? long : Buffer.concat([folders[i % 5] as Buffer, Buffer.from('/')]);
    return Buffer.concat([folder, name]);
  });
  return [...moved, ...names.slice(200)];
}

/** What an id that is no keyed one says about the path. */
function pathOf(id: string): Buffer {
  if (!id.startsWith('~b/')) return Buffer.from(id);
  const spelled = id
    .slice(3)
    .replace(/%([0-9A-F]{2})/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
  return Buffer.from(spelled, 'latin1');
}

onEachDatabase('five hundred nasty names', (open) => {
  let cloud: ACloud;
  let agent: AgentRun;
  let home: string;
  const paths = nastyPaths();

  beforeAll(async () => {
    cloud = await aCloud({ database: await open() });
    home = await makeTempFolder('names');
    const folder = join(home, 'pictures');
    const picture = await aJpeg({ widthPx: 16, heightPx: 16 });
    for (const path of paths) {
      const at = below(folder, path);
      mkdirSync(at.subarray(0, at.lastIndexOf(0x2f)), { recursive: true });
      writeFileSync(at, picture);
    }
    agent = {
      ...{ cloudUrl: cloud.url, key: await cloud.makeKey({ scopes: ['agent'] }), folder },
      ...{ data: join(home, 'data'), listen: `127.0.0.1:${await aFreePort()}` },
    };
  });
  afterAll(async () => {
    await cloud?.close();
    await removeFolder(home);
  });

  test('are five hundred items in the catalogue and in the cloud, one for each path, byte for byte', async () => {
    expect(new Set(paths.map((path) => path.toString('latin1'))).size).toBe(500);
    const { exit, summary } = await agentOnce(agent);
    expect([exit, summary]).toMatchObject([
      0,
      { on_disk: 500, catalogued: 500, excluded: 0, exceptions: 0, acknowledged: 500, dead_letters: 0 },
    ]);
    const state = openState(agent.data, { readonly: true });
    const rows = state.prepare<[], { id: string; path: Buffer }>('select reference_id as id, path from items').all();
    state.close();
    const byPath = new Map(rows.map(({ id, path }) => [path.toString('latin1'), id]));
    expect([...byPath.keys()].toSorted()).toEqual(paths.map((path) => path.toString('latin1')).toSorted());
    for (const { id, path } of rows) {
      if (id.startsWith('~l/')) expect(path.length, id).toBeGreaterThan(400);
      else expect(pathOf(id).equals(path), id).toBe(true);
      expect(existsSync(below(agent.folder, path))).toBe(true);
    }
    const details = await send(`${cloud.url}/v1/nucleus/dataset/details`, { key: cloud.adminKey });
    const list = `${cloud.url}/v1/nucleus/dataset/${details.body[0].id}/datasetItems`;
    const items = (await send(list, { key: cloud.adminKey })).body.dataset_items as {
      ref_id?: string;
      reference_id: string;
    }[];
    expect(items.map(({ reference_id }) => reference_id).toSorted()).toEqual([...byPath.values()].toSorted());
    expect(new Set(byPath.values()).size).toBe(500);
  });

  test('owe nothing at the second look', async () => {
    const { summary } = await agentOnce(agent);
    expect(summary).toMatchObject({ catalogued: 500, changes: 0 });
  });
});
