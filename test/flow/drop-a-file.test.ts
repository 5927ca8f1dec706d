import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { aJpeg, aPng, aWebp } from '../builders/a-picture.ts';
import type { RunningProgram } from '../builders/a-process.ts';
import { aRecordingRelay, type RecordingRelay } from '../builders/a-recording-relay.ts';
import { makeTempFolder, removeFolder } from '../builders/a-temp-folder.ts';
import { aFreePort, agentCommand, anAgentProcess, readLedger } from '../builders/an-agent-process.ts';
import { eventually } from '../builders/eventually.ts';
import { findSharedRun } from '../builders/shingles.ts';
import { type ACloud, aCloud } from '../contract/a-cloud.ts';
import { onEachDatabase } from '../contract/on-each-database.ts';
import { type Answer, send } from '../contract/send.ts';

onEachDatabase('a watched folder and its cloud', (open) => {
  let cloud: ACloud;
  let relay: RecordingRelay;
  let agent: RunningProgram;
  let home: string;
  let folder: string;
  let data: string;
  let listen: string;
  let datasetId: string;
  const pictures = new Map<string, Buffer>();

  beforeAll(async () => {
    cloud = await aCloud({ database: await open() });
    relay = await aRecordingRelay(cloud.url);
    home = await makeTempFolder('flow');
    [folder, data] = [join(home, 'pictures'), join(home, 'agent')];
    await mkdir(join(folder, 'yard'), { recursive: true });
    const exif = {
      IFD0: { Make: 'Canon', Model: 'Canon EOS 40D', Artist: 'Jane Q. Photographer', Copyright: 'All rights by Jane' },
      IFD2: {
        DateTimeOriginal: '2024:05:01 10:00:00',
        BodySerialNumber: '0123456789ABCDEF',
        LensSerialNumber: 'LENS-77-4711',
      },
    };
    pictures.set('yard/a.jpg', await aJpeg({ widthPx: 320, heightPx: 200, seed: 1, orientation: 6, exif }));
    pictures.set('yard/b.png', await aPng({ widthPx: 128, heightPx: 96, seed: 2 }));
    pictures.set('c d.webp', await aWebp({ widthPx: 200, heightPx: 100, seed: 3 }));
    for (const [name, bytes] of pictures) await writeFile(join(folder, name), bytes);
    await writeFile(join(folder, 'torn.jpg'), (pictures.get('yard/a.jpg') ?? Buffer.alloc(0)).subarray(0, 400));
    listen = `127.0.0.1:${await aFreePort()}`;
    agent = anAgentProcess({
      cloudUrl: relay.url,
      key: await cloud.makeKey({ scopes: ['agent'] }),
      folder,
      data,
      listen,
    });
    datasetId = await eventually('the dataset', 20_000, async () => {
      const { body } = await get('/v1/nucleus/dataset/details');
      return body[0]?.id as string | undefined;
    });
  });
  afterAll(async () => {
    await agent?.stop();
    await relay?.close();
    await cloud?.close();
    await removeFolder(home);
  });

  const get = (path: string): Promise<Answer> => send(`${cloud.url}${path}`, { key: cloud.adminKey });
  const refloc = (reference: string): Promise<Answer> =>
    get(`/v1/nucleus/dataset/${datasetId}/refloc/${encodeURIComponent(reference)}`);
  const appears = (reference: string, withinMs: number): Promise<Answer> =>
    eventually(`${reference} in the cloud`, withinMs, async () => {
      const answer = await refloc(reference);
      return answer.status === 200 ? answer : undefined;
    });

  test('what is there at the start is in the cloud as it is displayed, and the damaged file is not', async () => {
    const { body } = await appears('yard/a.jpg', 20_000);
    expect([body.item.width, body.item.height]).toEqual([200, 320]);
    expect(body.item.metadata).toMatchObject({
      format: 'jpeg',
      orientation: 6,
      camera_make: 'canon',
      capture_local: '2024-05-01T10:00:00',
    });
    expect(body.item.phash).toMatch(/^[01]{64}$/);
    expect(body.item.image_url).toBe(`http://${listen}/assets/main/yard/a.jpg`);
    await appears('yard/b.png', 20_000);
    await appears('c d.webp', 20_000);
    expect((await get(`/v1/nucleus/dataset/${datasetId}/size`)).body).toEqual({ count: 3 });
    expect((await refloc('torn.jpg')).status).toBe(404);
  });

  test('a file that is dropped in appears by itself, long before a scan is due', async () => {
    pictures.set('dropped.jpg', await aJpeg({ widthPx: 240, heightPx: 160, seed: 4 }));
    await writeFile(join(folder, 'dropped.jpg'), pictures.get('dropped.jpg') ?? '');
    const { body } = await appears('dropped.jpg', 20_000);
    expect([body.item.width, body.item.height]).toEqual([240, 160]);
  });

  test('a file that is moved keeps its reference id and its item', async () => {
    const before = (await refloc('dropped.jpg')).body.item;
    await rename(join(folder, 'dropped.jpg'), join(folder, 'yard/renamed.jpg'));
    const after = await eventually('the new name', 20_000, async () => {
      const { body } = await refloc('dropped.jpg');
      return body.item?.metadata.name === 'yard/renamed.jpg' ? body.item : undefined;
    });
    expect([after.id, after.image_url]).toEqual([before.id, before.image_url]);
    expect((await refloc('yard/renamed.jpg')).status).toBe(404);
  });

  test('a media link opens the very bytes of the file, whole and in part', async () => {
    const minted = await agentCommand(data, 'link', 'yard/a.jpg');
    expect(minted.exit).toBe(0);
    const url = minted.stdout.trim().split('\n').at(-1) ?? '';
    const whole = await fetch(url);
    expect(whole.status).toBe(200);
    expect(Buffer.from(await whole.arrayBuffer()).equals(pictures.get('yard/a.jpg') ?? Buffer.alloc(0))).toBe(true);
    const part = await fetch(url, { headers: { range: 'bytes=100-199' } });
    expect(part.status).toBe(206);
    expect(Buffer.from(await part.arrayBuffer())).toEqual(pictures.get('yard/a.jpg')?.subarray(100, 200));
    const spoilt = `${url.slice(0, -1)}${url.endsWith('A') ? 'B' : 'A'}`;
    expect((await fetch(spoilt)).status).toBe(404);
    expect((await fetch(`http://${listen}/assets/main/yard/a.jpg`)).status).toBe(401);
  });

  test('a file that is deleted disappears', async () => {
    await rm(join(folder, 'c d.webp'));
    await eventually('its end', 20_000, async () => ((await refloc('c d.webp')).status === 404 ? true : undefined));
    expect((await get(`/v1/nucleus/dataset/${datasetId}/size`)).body).toEqual({ count: 3 });
  });

  test('what left is what the ledger holds, byte for byte, and no run of 16 bytes of any picture', async () => {
    expect(await agent.stop()).toBe(0);
    const captured = relay.requests();
    const lines = await readLedger(data);
    const answered = new Set(lines.filter((line) => line.kind === 'result').map((line) => line.of));
    const sent = lines.filter((line) => line.kind !== 'result' && answered.has(line.n));
    expect(sent.length).toBeGreaterThan(5);
    expect(captured.map(({ target, body }) => [target, body.toString('base64')])).toEqual(
      sent.map((line) => [line.url_path, line.body ?? '']),
    );
    expect((await agentCommand(data, 'ledger', 'verify')).exit).toBe(0);

    const plain = captured.flatMap(({ target, headers, body }) => [
      Buffer.from(target + JSON.stringify(headers)),
      body,
    ]);
    const everything = [...relay.streams(), ...plain];
    for (const bytes of pictures.values()) expect(findSharedRun(everything, bytes)).toBeUndefined();
    for (const secret of ['Jane', '0123456789ABCDEF', 'LENS-77', home]) {
      expect(everything.some((bytes) => bytes.includes(secret))).toBe(false);
    }
    // the control: the same search finds sixteen bytes of a picture in a body that holds them
    const leak = Buffer.concat([
      Buffer.from('{"note":"'),
      (pictures.get('yard/a.jpg') ?? Buffer.alloc(0)).subarray(600, 616),
    ]);
    expect(findSharedRun([...plain, leak], pictures.get('yard/a.jpg') ?? Buffer.alloc(0))).toBeDefined();
  });

  test('the folder holds what the user put there and nothing else', async () => {
    expect(await readFile(join(folder, 'yard/a.jpg'))).toEqual(pictures.get('yard/a.jpg'));
  });
});
