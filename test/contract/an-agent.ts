/** An agent as the protocol sees it: registers, makes records, sends batches. */
import { createHash, randomInt } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import { canonicalJson } from '../../shared/src/record/canonical-json.ts';
import type { ACloud } from './a-cloud.ts';
import { type Answer, send } from './send.ts';

export interface AnAgent {
  agentId: string;
  key: string;
  epoch: string;
  sourceId: string;
  datasetId: string;
  fence: number;
  register: (over?: object, sourceOver?: object) => Promise<Answer>;
  push: (changes: readonly object[], over?: PushOptions) => Promise<Answer>;
  manifest: (prefix?: string) => Promise<any>;
}

export interface PushOptions {
  fence?: number;
  epoch?: string;
  head?: object;
  raw?: Uint8Array | string;
  headers?: Record<string, string>;
}

/** Registers a fresh agent with a key of its own; it fills a new dataset. */
export async function anAgent(cloud: ACloud, sourceOver: object = {}): Promise<AnAgent> {
  const agentId = `agt_${Array.from({ length: 20 }, () => 'abcdefghijklmnopqrstuvwxyz0123456789'[randomInt(36)]).join('')}`;
  const key = await cloud.makeKey({ scopes: ['agent'] });
  const source = {
    alias: 'main',
    dataset_name: 'pictures',
    level: 'standard',
    names: 'relative-path',
    fields_off: [],
    ...sourceOver,
  };
  const register = (over: object = {}, more: object = {}) =>
    send(`${cloud.url}/v1/agents/register`, {
      key,
      body: {
        agent_id: agentId,
        version: '0.1.0',
        public_url: 'http://127.0.0.1:8787',
        sources: [{ ...source, ...more }],
        ...over,
      },
    });
  const { store_epoch: epoch, sources } = (await register()).body;
  const agent: AnAgent = {
    agentId,
    key,
    epoch,
    sourceId: sources[0].source_id,
    datasetId: sources[0].dataset_id,
    fence: sources[0].fence,
    register,
    push: (changes, over = {}) => {
      const lines = [over.head ?? { v: 1, agent_id: agentId, source: 'main' }, ...changes].map((line) =>
        JSON.stringify(line),
      );
      return send(
        `${cloud.url}/v1/agents/changes?fence=${over.fence ?? agent.fence}&store_epoch=${over.epoch ?? epoch}`,
        {
          key,
          raw: over.raw ?? gzipSync(lines.join('\n')),
          headers: { 'content-type': 'application/x-ndjson', 'content-encoding': 'gzip', ...over.headers },
        },
      );
    },
    manifest: async (prefix = '') =>
      (await send(`${cloud.url}/v1/agents/${agentId}/manifest?source=main&prefix=${prefix}`, { key })).body,
  };
  return agent;
}

/** A record of level standard. */
export function aRecord(ref: string, over: { metadata?: object } & Record<string, unknown> = {}): any {
  return {
    reference_id: ref,
    image_url: `http://127.0.0.1:8787/assets/main/${encodeURIComponent(ref)}`,
    width: 40,
    height: 30,
    ...over,
    metadata: {
      source: 'main',
      media_kind: 'image',
      format: 'jpeg',
      content_hash: 'ab'.repeat(16),
      name: ref,
      ...over.metadata,
    },
  };
}

/** A put of a record, with the digest that belongs to it. */
export function aPut(ref: string, rev = 1, over: Parameters<typeof aRecord>[1] = {}): any {
  const item = aRecord(ref, over);
  return { op: 'put', ref, rev, digest: digestOf(item), item };
}

/** First 32 hex of SHA-256 over canonical JSON. */
export function digestOf(item: object): string {
  return createHash('sha256').update(canonicalJson(item)).digest('hex').slice(0, 32);
}

/** What both sides call a reference id in manifests. */
export function keyOf(ref: string): string {
  return createHash('sha256').update(ref).digest('hex').slice(0, 32);
}
