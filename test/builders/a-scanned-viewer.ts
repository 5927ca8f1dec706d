import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { ReplyOf } from '@nucleus/shared/wire/endpoint';
import { type LocalEndpointName, localEndpoints } from '@nucleus/shared/wire/local';
import { type Ledger, openLedger } from '../../agent/src/egress/ledger.ts';
import { type LedgerIndex, openLedgerIndex } from '../../agent/src/egress/ledger-index.ts';
import { describeOverview } from '../../agent/src/overview.ts';
import type { ProxyOptions } from '../../agent/src/proxy/start-proxy.ts';
import { openWhatLeft } from '../../agent/src/what-left.ts';
import { aProxy, ask, aViewer, json, type ProxyUnderTest, post, theViewerParts } from './a-proxy.ts';
import { aDecoderPool, aScannedFolder, type ScannedFolder } from './a-scanned-folder.ts';

type Refusal = { status: number; code: string; error: string };

/** The viewer's API over a folder that was really scanned, real decoders, and a real ledger. */
export interface ScannedViewer {
  scanned: ScannedFolder;
  running: ProxyUnderTest;
  ledger: Ledger;
  ledgerFolder: string;
  bearer(): string;
  /** Opens the viewer again, with a new session. */
  reopen(): Promise<void>;
  /** Calls an endpoint of the table as the viewer does; its reply is checked against the table. */
  call<N extends LocalEndpointName>(
    name: N,
    input?: { key?: string; n?: number; body?: unknown },
  ): Promise<ReplyOf<(typeof localEndpoints)[N]> & Partial<Refusal>>;
  /** Key of the live or missing item of this reference id. */
  keyOf(referenceId: string): string;
  close(): Promise<void>;
}

/** @param over replaces options of the proxy, e.g. where its pages lie. */
export async function aScannedViewer(
  files: Record<string, Buffer | string>,
  over: Partial<ProxyOptions> = {},
): Promise<ScannedViewer> {
  const pool = aDecoderPool();
  const scanned = aScannedFolder(pool);
  for (const [name, bytes] of Object.entries(files)) {
    await mkdir(dirname(join(scanned.folder, name)), { recursive: true });
    await writeFile(join(scanned.folder, name), bytes);
  }
  await scanned.scan();
  const ledgerFolder = join(scanned.dataDir, 'ledger');
  const late: { index?: LedgerIndex } = {};
  const ledger = await openLedger(ledgerFolder, { onLine: (line, place) => late.index?.add(line, place) });
  const index = await openLedgerIndex(ledgerFolder);
  late.index = index;
  const viewer = theViewerParts(scanned.state, scanned.dataDir, { pool, pipeline: scanned.pipeline, index });
  const running = await aProxy({
    state: scanned.state,
    sources: [{ sourceNo: 1, alias: 'main', folder: scanned.folder }],
    viewer,
    whatLeft: openWhatLeft(scanned.state, index),
    overview: () =>
      describeOverview({
        agentId: 'agt_00000000000000000000',
        version: '0.1.0',
        cloudUrl: 'https://cloud.example.com',
        state: scanned.state,
        sync: undefined,
      }),
    makePreview: async ({ folder, path, expected, edgePx, type }) => {
      const made = await pool.preview({
        root: folder,
        path,
        expected,
        widthPx: edgePx,
        format: type,
      });
      if (Buffer.isBuffer(made)) return made;
      throw new Error(made.code);
    },
    ...over,
  });
  let bearer = await aViewer(running);
  return {
    scanned,
    running,
    ledger,
    ledgerFolder,
    bearer: () => bearer,
    async reopen() {
      bearer = await aViewer(running);
    },
    async call(name, { key, n, body } = {}) {
      const endpoint = localEndpoints[name];
      const path = endpoint.path.replace(':key', key ?? '').replace(':n', String(n ?? ''));
      const headers = { authorization: `Bearer ${bearer}` };
      const reply =
        endpoint.method === 'get'
          ? await ask(running.port, path, { headers })
          : await post(running.port, path, body ?? {}, headers);
      const value = json(reply);
      return (reply.status === 200 ? endpoint.reply.parse(value) : { status: reply.status, ...value }) as never;
    },
    keyOf(referenceId) {
      const row = scanned.items().find((item) => item.reference_id === referenceId);
      if (!row) throw new Error(`${referenceId} is not in the catalogue`);
      return row.item_key.toString('hex');
    },
    async close() {
      await running.close();
      await viewer.close();
      index.close();
      await ledger.close();
      await scanned.close();
      await pool.close();
    },
  };
}
