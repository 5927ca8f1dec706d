/** A cloud with a server of pictures and a server of callbacks beside it, and the calls that tests of tasks make. */
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { aJpeg } from '../builders/a-picture.ts';
import { aPictureServer } from '../builders/a-picture-server.ts';
import { eventually } from '../builders/eventually.ts';
import { aCloud } from './a-cloud.ts';
import type { TestDatabase } from './on-each-database.ts';
import { send } from './send.ts';

export interface Heard {
  path: string;
  headers: IncomingMessage['headers'];
  text: string;
  body: any;
}

/** Takes callbacks; `status` decides what it answers to a path. */
export async function aReceiver() {
  const heard: Heard[] = [];
  let statusOf: (path: string) => number = () => 200;
  const held = new Map<string, Promise<void>>();
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const text = Buffer.concat(chunks).toString();
    heard.push({ path: request.url ?? '', headers: request.headers, text, body: JSON.parse(text) });
    await held.get(request.url ?? '');
    const status = statusOf(request.url ?? '');
    response.writeHead(status, status === 302 ? { location: '/elsewhere' } : {}).end();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    host,
    url: (path: string) => `http://${host}${path}`,
    heard,
    at: (path: string) => heard.filter((each) => each.path === path),
    /** Answers nothing at `path` until what it returns is called. */
    hold: (path: string): (() => void) => {
      let release = (): void => undefined;
      held.set(path, new Promise((resolve) => (release = resolve)));
      return () => release();
    },
    answer: (decide: (path: string) => number) => {
      statusOf = decide;
    },
    close: () =>
      new Promise<void>((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
}

export async function anIntake(database: TestDatabase) {
  const pictures = await aPictureServer({ '/a.jpg': await aJpeg(), '/b.jpg': await aJpeg({ seed: 2 }) });
  const receiver = await aReceiver();
  let aheadMs = 0;
  const fileMaxBytes = 1024 * 1024;
  const cloud = await aCloud({
    database,
    fetchAllow: [pictures.host, receiver.host],
    config: { file_max_bytes: fileMaxBytes },
    clock: () => Date.now() + aheadMs,
  });
  const call = (path: string, options: Parameters<typeof send>[1] = {}) =>
    send(`${cloud.url}/v1/${path}`, { key: cloud.adminKey, ...options });
  const task = async (over: object = {}, options: Parameters<typeof send>[1] = {}): Promise<any> =>
    (
      await call('task/imageannotation', {
        body: { attachment: `${pictures.origin}/a.jpg`, geometries: { box: {} }, ...over },
        ...options,
      })
    ).body;
  /** The task, once `holds` does. */
  const once = (what: string, id: string, holds: (task: any) => boolean): Promise<any> =>
    eventually(what, 15_000, async () => {
      const { body } = await call(`task/${id}`);
      return holds(body) ? body : undefined;
    });
  return {
    cloud,
    fileMaxBytes,
    pictures,
    receiver,
    call,
    task,
    once,
    ready: (id: string) =>
      once('ready attachments', id, ({ attachments }) => attachments.every(({ state }: any) => state === 'ready')),
    inStatus: (id: string, status: string) => once(`status ${status}`, id, (each) => each.status === status),
    /** Lets the cloud's clock run ahead. */
    skip: (ms: number) => {
      aheadMs += ms;
    },
    close: async () => {
      await cloud.close();
      await pictures.close();
      await receiver.close();
    },
  };
}

export type AnIntake = Awaited<ReturnType<typeof anIntake>>;
