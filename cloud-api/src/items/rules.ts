import { hash } from 'node:crypto';
import { isReservedField } from '@nucleus/shared/record/fields';
import type { DatasetItem, Metadata } from '@nucleus/shared/wire/dataset-item';

/** First 32 hex of SHA-256 of a reference id: what both sides call it in manifests, and what the cloud finds it by. */
export function refKey(referenceId: string): string {
  return hash('sha256', referenceId).slice(0, 32);
}

/** What answering an item takes. */
export interface AnswerableItem {
  itemId: string;
  referenceId: string;
  /** `image` or `pointcloud`. */
  kind: string;
  imageUrl: string;
  width: number | null;
  height: number | null;
  phash: string | null;
  userMetadata: string;
  agentMetadata: string | null;
}

/** A live item and its place. */
export interface PlacedItem extends AnswerableItem {
  seq: number;
}

/** An item as every route answers it; the agent's fields win over users' fields of the same name. */
export function toDatasetItem(item: AnswerableItem): DatasetItem {
  return {
    id: item.itemId,
    ref_id: item.referenceId,
    reference_id: item.referenceId,
    ...(item.kind === 'pointcloud'
      ? { pointcloud_url: item.imageUrl }
      : { image_url: item.imageUrl, original_image_url: item.imageUrl }),
    ...(item.width === null ? {} : { width: item.width }),
    ...(item.height === null ? {} : { height: item.height }),
    ...(item.phash === null ? {} : { phash: item.phash }),
    metadata: mergeMetadata(item.userMetadata, item.agentMetadata),
  };
}

/** Where an item's bytes are, whatever they are. */
export function addressOf(item: DatasetItem): string {
  return item.image_url ?? item.pointcloud_url ?? '';
}

function mergeMetadata(user: string, agent: string | null): Metadata {
  const ofUsers = JSON.parse(user) as Metadata;
  return agent === null ? ofUsers : { ...ofUsers, ...(JSON.parse(agent) as Metadata) };
}

/**
 * The first field that a Nucleus write would set to another value than the agent's, in a dataset that an agent fills. A client
 * that reads an item, adds a field and writes the whole back sets none.
 */
export function findReservedChange(sent: Metadata, agentMetadata: string | null): string | undefined {
  const agents = agentMetadata === null ? {} : (JSON.parse(agentMetadata) as Metadata);
  return Object.keys(sent).find(
    (field) => isReservedField(field) && JSON.stringify(sent[field]) !== JSON.stringify(agents[field]),
  );
}

/** Users' fields only: what the agent owns is kept beside them. */
export function withoutReserved(sent: Metadata): Metadata {
  return Object.fromEntries(Object.entries(sent).filter(([field]) => !isReservedField(field)));
}

/** Kind of a value that locks its field for the whole dataset; other kinds of JSON lock nothing. */
export function lockedType(value: unknown): 'number' | 'text' | undefined {
  if (typeof value === 'number') return 'number';
  return typeof value === 'string' ? 'text' : undefined;
}

/** A value of another kind than its field holds in the dataset; kinds are `number` and `text`. */
export interface FieldConflict {
  field: string;
  holds: string;
  sent: string;
  value: unknown;
}

const kindNames: Readonly<Record<string, string>> = { number: 'numbers', text: 'text' };
const mostTold = 40;

/** Says which field holds what, and what was sent; the value itself only where it may stay in what is kept of a job. */
export function spellConflict({ field, holds, sent, value }: FieldConflict, tellsValue: boolean): string {
  const told = [...JSON.stringify(value)];
  const cut = told.length > mostTold ? `${told.slice(0, mostTold).join('')}…` : told.join('');
  const what = tellsValue ? cut : 'what was sent';
  return `metadata.${field}: holds ${kindNames[holds]} in this dataset, and ${what} is ${sent === 'text' ? 'text' : 'a number'}`;
}

/** An opaque page token that stands after the place `seq`. */
export function spellPageToken(seq: number): string {
  return Buffer.from(`after:${seq}`).toString('base64url');
}

/** Place that a token stands after; undefined when we did not make it. */
export function readPageToken(token: string): number | undefined {
  const match = /^after:(\d{1,15})$/.exec(Buffer.from(token, 'base64url').toString('latin1'));
  return match?.[1] === undefined ? undefined : Number(match[1]);
}
