/** A tenant whose host never answers takes no other tenant's fetches: neither those of tasks, nor those within requests. */
import type { ServerResponse } from 'node:http';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { aJpeg } from '../builders/a-picture.ts';
import { aPictureServer, type PictureServer } from '../builders/a-picture-server.ts';
import { eventually } from '../builders/eventually.ts';
import { type ACloud, aCloud } from './a-cloud.ts';
import { onEachDatabase } from './on-each-database.ts';
import { send } from './send.ts';

const silentFetches = 80;
/** Requests that one host gets at once. */
const perHost = 4;
/** Nothing of the silent host is given up within the test. */
const fetchLimits = { headersMs: 60_000 };

onEachDatabase('fetches of several tenants', (open) => {
  let cloud: ACloud;
  let slow: PictureServer;
  let slower: PictureServer;
  let quick: PictureServer;
  let isOver = false;
  const silent: ServerResponse[] = [];
  beforeAll(async () => {
    [slow, slower] = [await aPictureServer(), await aPictureServer()];
    for (const host of [slow, slower])
      for (let n = 0; n < silentFetches; n += 1)
        host.answer(`/${n}.jpg`, (_request, response) => {
          if (isOver) response.destroy();
          else silent.push(response);
        });
    quick = await aPictureServer({ '/a.jpg': await aJpeg() });
    cloud = await aCloud({ database: await open(), fetchAllow: [slow.host, slower.host, quick.host], fetchLimits });
  });
  afterAll(async () => {
    isOver = true;
    for (const response of silent) response.destroy();
    await cloud.close();
    await Promise.all([slow.close(), slower.close(), quick.close()]);
  });
  const call = (key: string, path: string, body?: object) => send(`${cloud.url}/v1/${path}`, { key, body });

  test('a silent host is asked by a few at once, and others are served meanwhile', async () => {
    const other = await cloud.makeKey({ tenant: 'other' });
    await Promise.all(
      Array.from({ length: silentFetches / 2 }, (_, n) =>
        call(cloud.adminKey, 'task/imageannotation', { attachment: `${slow.origin}/${n}.jpg`, geometries: {} }),
      ),
    );
    await eventually('fetches of tasks', 10_000, () => slow.requests.length >= perHost || undefined);
    const { task_id } = (
      await call(other, 'task/imageannotation', { attachment: `${quick.origin}/a.jpg`, geometries: {} })
    ).body;
    await eventually('the other tenant’s attachment', 10_000, async () => {
      const { attachments } = (await call(other, `task/${task_id}`)).body;
      return attachments[0].state === 'ready' || undefined;
    });

    const { dataset_id: slowSet } = (await call(cloud.adminKey, 'nucleus/dataset/create', { name: 'slow' })).body;
    const { dataset_id: quickSet } = (await call(other, 'nucleus/dataset/create', { name: 'quick' })).body;
    for (let at = 0; at < 5; at += 1)
      void call(cloud.adminKey, `nucleus/dataset/${slowSet}/append`, {
        items: Array.from({ length: 16 }, (_each, n) => ({
          reference_id: `${at}/${n}`,
          image_url: `${slower.origin}/${(at * 16 + n) % silentFetches}.jpg`,
        })),
      }).catch(() => undefined);
    await eventually('fetches of requests', 10_000, () => slower.requests.length >= perHost || undefined);
    const item = { reference_id: 'a', image_url: `${quick.origin}/a.jpg` };
    expect((await call(other, `nucleus/dataset/${quickSet}/append`, { items: [item] })).body.new_items).toBe(1);
    expect([slow.requests.length, slower.requests.length], 'of the silent hosts').toEqual([perHost, perHost]);
  });
});
