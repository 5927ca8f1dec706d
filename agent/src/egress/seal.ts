/**
 * Turns what the agent wants to say into the exact bytes that may leave, or refuses. Closed schemas, canonical JSON, no time, no random
 * value: `plan` and a real run get the same bytes from here. Pure.
 */

import { AppError } from '@nucleus/shared/failure/app-error';
import { canonicalJson } from '@nucleus/shared/record/canonical-json';
import type { Level, NamesPolicy } from '@nucleus/shared/record/levels';
import { plainRecord } from '@nucleus/shared/record/plain-record';
import { type ItemRecord, recordSchema } from '@nucleus/shared/record/record';
import { Change, ChangesHead, HeartbeatRequest, protocolVersion, RegisterRequest } from '@nucleus/shared/wire/agents';
import type { z } from 'zod';
import { encodeReference } from '../record/build-record.ts';
import type { UnsealedChange } from '../record/unsealed-change.ts';
import { type OutgoingKind, sha256Hex } from './ledger-line.ts';

/** What a source may say. Comes from the agent's own configuration and from nowhere else. */
export interface SourcePolicy {
  alias: string;
  datasetName: string;
  level: Level;
  names: NamesPolicy;
  fieldsOff: readonly string[];
}

export interface EgressPolicy {
  agentId: string;
  version: string;
  /** Origin under which browsers reach this agent; every record's `image_url` starts with it. */
  publicUrl: string;
  sources: readonly SourcePolicy[];
}

/** One change, checked and spelled. Only {@link createSeal} makes these. */
export interface SealedLine {
  readonly source: string;
  readonly op: Change['op'];
  readonly ref: string;
  readonly rev: number;
  /** Digest of the item for a put, else `deleted` or null (rekey). */
  readonly digest: string | null;
  readonly text: string;
  /** With its newline. */
  readonly bytes: number;
}

/** One request body, checked and spelled. Only {@link createSeal} makes these, and only these can be sent. */
export interface SealedRequest {
  readonly kind: OutgoingKind;
  readonly source: string | null;
  /** Path and, for a manifest, query; a batch's query is added when it is sent, so that it stays out of the body. */
  readonly path: string;
  readonly body: Buffer;
}

export type PlainRequest =
  | { kind: 'register'; body: RegisterRequest }
  | { kind: 'heartbeat'; body: HeartbeatRequest }
  | { kind: 'manifest'; source: string; prefix: string };

export interface Seal {
  /** @throws AppError `egress-refused` when the body says more than it may. */
  request(request: PlainRequest): SealedRequest;
  /** @throws AppError `egress-refused` naming the field, never its value. */
  change(source: string, change: UnsealedChange): SealedLine;
  /** The body of a batch. @throws AppError `egress-refused` for lines of another source or not made here. */
  batch(source: string, lines: readonly SealedLine[]): SealedRequest;
  /** Bytes that the first line of a batch takes. */
  headBytes(source: string): number;
  /** Whether this seal made it. */
  made(request: SealedRequest): boolean;
}

const pseudonym = /^p_[0-9a-f]{32}$/;

/** Makes the only maker of outgoing bytes for a policy. */
export function createSeal(policy: EgressPolicy): Seal {
  const made = new WeakSet<object>();
  const sources = new Map(
    policy.sources.map((source) => [
      source.alias,
      {
        ...source,
        schema: recordSchema(source.level, source.fieldsOff),
        isPlain: plainRecord(source.level, source.fieldsOff),
      },
    ]),
  );

  function sourceOf(alias: string) {
    const source = sources.get(alias);
    if (!source) throw refusal(`source ${JSON.stringify(alias)} is not configured`);
    return source;
  }

  function sealed(kind: OutgoingKind, source: string | null, path: string, body: string): SealedRequest {
    const request = Object.freeze({ kind, source, path, body: Buffer.from(body) });
    made.add(request);
    return request;
  }

  function checkRecord(alias: string, ref: string, item: unknown): ItemRecord {
    const source = sourceOf(alias);
    const record = source.isPlain(item) ? item : closed(source.schema, item, `record at level ${source.level}`);
    if (record.reference_id !== ref) throw refusal('reference_id differs from the change it is in');
    if (record.metadata.source !== undefined && record.metadata.source !== alias)
      throw refusal('metadata.source names another source');
    if (record.image_url !== `${policy.publicUrl}/assets/${alias}/${encodeReference(ref)}`) {
      throw refusal('image_url is not the address that belongs to the reference id');
    }
    if (source.names === 'pseudonym' && record.metadata.name !== undefined)
      throw refusal('metadata.name may not leave beside pseudonyms');
    return record;
  }

  const head = (alias: string): string =>
    canonicalJson(
      closed(
        ChangesHead,
        { v: protocolVersion, agent_id: policy.agentId, source: sourceOf(alias).alias },
        'head of a batch',
      ),
    );

  return {
    request(request) {
      switch (request.kind) {
        case 'register':
          checkRegistration(closed(RegisterRequest, request.body, 'registration'), policy);
          return sealed('register', null, '/v1/agents/register', canonicalJson(request.body));
        case 'heartbeat': {
          const body = closed(HeartbeatRequest, request.body, 'heartbeat');
          if (body.agent_id !== policy.agentId) throw refusal('agent_id is not this agent');
          for (const { alias } of body.sources) sourceOf(alias);
          return sealed('heartbeat', null, '/v1/agents/heartbeat', canonicalJson(body));
        }
        case 'manifest': {
          if (!/^([0-9a-f]{2}){0,2}$/.test(request.prefix)) throw refusal('a manifest prefix has 0, 2 or 4 hex digits');
          const query = new URLSearchParams({ source: sourceOf(request.source).alias, prefix: request.prefix });
          return sealed('manifest', request.source, `/v1/agents/${policy.agentId}/manifest?${query}`, '');
        }
      }
    },
    change(alias, change) {
      const source = sourceOf(alias);
      let text: string;
      let digest: string | null = null;
      if (change.op === 'put') {
        // the item is checked against the source's own level; the wire schema knows only the highest one
        const record = checkRecord(alias, change.ref, change.item);
        if (source.names === 'pseudonym' && !pseudonym.test(change.ref)) throw refusal('ref is not a pseudonym');
        if (!Number.isSafeInteger(change.rev) || change.rev < 1) throw refusal('rev is out of its range');
        const item = canonicalJson(record);
        digest = sha256Hex(Buffer.from(item)).slice(0, 32);
        // keys in canonical order, spelled here so that the record is spelled once
        text = `{"digest":"${digest}","item":${item},"op":"put","ref":${JSON.stringify(change.ref)},"rev":${change.rev}}`;
      } else {
        const checked = closed(Change, change, 'change');
        if (checked.op === 'rekey' && source.names === 'pseudonym' && !pseudonym.test(checked.new_ref))
          throw refusal('new_ref is not a pseudonym');
        digest = checked.op === 'delete' ? 'deleted' : null;
        text = canonicalJson(checked);
      }
      const line = Object.freeze({
        source: alias,
        op: change.op,
        ref: change.ref,
        rev: change.rev,
        digest,
        text,
        bytes: Buffer.byteLength(text) + 1,
      });
      made.add(line);
      return line;
    },
    batch(alias, lines) {
      for (const line of lines) {
        if (!made.has(line) || line.source !== alias)
          throw refusal('a batch holds a line that was not checked for its source');
      }
      return sealed(
        'changes',
        alias,
        '/v1/agents/changes',
        `${[head(alias), ...lines.map((line) => line.text)].join('\n')}\n`,
      );
    },
    headBytes: (alias) => Buffer.byteLength(head(alias)) + 1,
    made: (request) => made.has(request),
  };
}

function checkRegistration(body: RegisterRequest, policy: EgressPolicy): void {
  if (body.agent_id !== policy.agentId || body.public_url !== policy.publicUrl || body.version !== policy.version) {
    throw refusal('the registration does not describe this agent');
  }
  for (const said of body.sources) {
    const source = policy.sources.find(({ alias }) => alias === said.alias);
    if (
      !source ||
      source.datasetName !== said.dataset_name ||
      source.level !== said.level ||
      source.names !== said.names
    ) {
      throw refusal(`the registration of source ${said.alias} differs from its configuration`);
    }
  }
}

function closed<T>(schema: z.ZodType<T>, value: unknown, what: string): T {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const issue = result.error.issues[0];
  // path and message only: a value must not reach a log through a refusal
  const path = issue?.path.join('.') || 'the whole';
  const reason =
    issue?.code === 'unrecognized_keys'
      ? `holds a field that may not leave (${issue.keys.slice(0, 3).join(', ')})`
      : 'is out of its range';
  throw refusal(`${what}: ${path} ${reason}`);
}

function refusal(reason: string): AppError {
  return new AppError('egress-refused', `The egress gate refused to send: ${reason}.`);
}
