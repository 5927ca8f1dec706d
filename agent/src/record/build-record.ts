import { createHash } from 'node:crypto';
import { canonicalJson } from '@nucleus/shared/record/canonical-json';
import { phashField, type RecordField, recordFields } from '@nucleus/shared/record/fields';
import { type Level, levelAllows, type NamesPolicy } from '@nucleus/shared/record/levels';
import type { ItemRecord } from '@nucleus/shared/record/record';
import { roundToStep } from '@nucleus/shared/record/step';
import { displayPath } from './display-path.ts';
import type { Facts } from './facts.ts';
import type { Sidecar } from './sidecar.ts';

/** What of a source decides how its records look. */
export interface RecordPolicy {
  alias: string;
  level: Level;
  names: NamesPolicy;
  fieldsOff: readonly string[];
  gpsGrainDegrees: number;
  /** Origin under which browsers reach this agent. */
  publicUrl: string;
}

/** What of a catalogued item goes into its record. */
export interface RecordSubject {
  referenceId: string;
  /** Relative to the source, as bytes. */
  path: Uint8Array;
  bytes: number;
  contentHash: Uint8Array;
  ingestDay: string;
  facts: Facts;
  sidecar?: Sidecar | undefined;
}

const fieldsAt = (level: Level): RecordField[] =>
  (Object.keys(recordFields) as RecordField[])
    // as they are spelled, so that nobody has to sort them again
    .toSorted()
    .filter((field) => levelAllows(level, recordFields[field].level));
const fieldsOfLevel: Record<Level, readonly RecordField[]> = {
  minimal: fieldsAt('minimal'),
  standard: fieldsAt('standard'),
  rich: fieldsAt('rich'),
};

/** The record of one item under a policy. Pure: the same item and policy give the same bytes for ever. */
export function buildRecord(subject: RecordSubject, policy: RecordPolicy): ItemRecord {
  const { facts } = subject;
  const own: Partial<Record<RecordField, string | number>> = {
    source: policy.alias,
    byte_size_bucket: byteSizeBucket(subject.bytes),
    byte_size: subject.bytes,
    content_hash: Buffer.from(subject.contentHash.subarray(0, 16)).toString('hex'),
    ingest_day: subject.ingestDay,
  };
  if (policy.names === 'relative-path') own.name = displayPath(subject.path);
  if (facts.gps) Object.assign(own, coarsePosition(facts.gps, policy.gpsGrainDegrees));
  const metadata: ItemRecord['metadata'] = {};
  for (const field of fieldsOfLevel[policy.level]) {
    const value = own[field] ?? facts.fields[field];
    if (value !== undefined && !policy.fieldsOff.includes(field)) metadata[field] = value;
  }
  const sidecar = policy.level === 'rich' ? subject.sidecar : undefined;
  for (const [key, value] of Object.entries(sidecar?.fields ?? {})) {
    if (!policy.fieldsOff.includes(key)) metadata[key] = value;
  }
  const vector = policy.fieldsOff.includes('embedding_info') ? undefined : sidecar?.vector;
  const mayHash = levelAllows(policy.level, phashField.level) && !policy.fieldsOff.includes('phash');
  return {
    ...(vector && { embedding_info: vector }),
    height: facts.height,
    image_url: `${policy.publicUrl}/assets/${policy.alias}/${encodeReference(subject.referenceId)}`,
    metadata,
    ...(facts.phash !== undefined && mayHash && { phash: facts.phash }),
    reference_id: subject.referenceId,
    width: facts.width,
  };
}

/** First 32 hex of SHA-256 over the canonical JSON; the cloud recomputes it. */
export function recordDigest(record: ItemRecord): string {
  return createHash('sha256').update(canonicalJson(record)).digest('hex').slice(0, 32);
}

/** Four buckets an octave: floor(4 log2(bytes)), 0 for an empty file. */
export function byteSizeBucket(bytes: number): number {
  return bytes < 1 ? 0 : Math.min(255, Math.floor(4 * Math.log2(bytes)));
}

/** What no URL escapes, and the slash. */
const unreserved = /^[\w.!~*'()/-]*$/;

/** A reference id as the path of a URL: each segment percent-encoded, slashes kept. */
export function encodeReference(referenceId: string): string {
  if (unreserved.test(referenceId)) return referenceId;
  return referenceId.split('/').map(encodeURIComponent).join('/');
}

function coarsePosition(gps: NonNullable<Facts['gps']>, grainDegrees: number): Record<'lat' | 'lon', number> {
  const centre = (value: number, limit: number) =>
    Math.max(-limit, Math.min(limit, roundToStep((Math.floor(value / grainDegrees) + 0.5) * grainDegrees, 0.000001)));
  return { lat: centre(gps.lat, 90), lon: centre(gps.lon, 180) };
}
