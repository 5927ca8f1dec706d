import { z } from 'zod';

/** Prefix of each kind of id. An id is its prefix and 20 characters of `[a-z0-9]`: the Python client cuts longer ones. */
export const idPrefixes = {
  dataset: 'ds_',
  item: 'di_',
  slice: 'slc_',
  index: 'idx_',
  annotation: 'ann_',
  model: 'prj_',
  modelRun: 'run_',
  job: 'job_',
  agent: 'agt_',
  source: 'src_',
  key: 'key_',
  task: 'task_',
  attachment: 'att_',
  file: 'file_',
  integration: 'int_',
  upload: 'upl_',
  tenant: 'ten_',
  tagChange: 'tch_',
  autotag: 'tag_',
  scene: 'scn_',
} as const;
export type IdKind = keyof typeof idPrefixes;

const alphabet = 'abcdefghijklmnopqrstuvwxyz0123456789';
const randomLength = 20;

/** How many random bytes {@link makeId} wants; some are thrown away so that every character is equally likely. */
export const idRandomBytes = 40;

/**
 * Spells an id from random bytes.
 * @param random at least {@link idRandomBytes} bytes from a cryptographic source.
 * @throws RangeError when so many bytes were unusable that fewer than 20 characters came out (chance below 1e-10).
 */
export function makeId(kind: IdKind, random: Uint8Array): string {
  const usable = 256 - (256 % alphabet.length);
  let text = '';
  for (const byte of random) {
    if (byte < usable) text += alphabet[byte % alphabet.length];
    if (text.length === randomLength) return idPrefixes[kind] + text;
  }
  throw new RangeError('not enough random bytes for an id');
}

const idSchema = (kind: IdKind) =>
  z
    .string()
    .regex(new RegExp(`^${idPrefixes[kind]}[a-z0-9]{20}$`))
    .meta({ example: `${idPrefixes[kind]}0123456789abcdefghij` });

export const DatasetId = idSchema('dataset');
export const AgentId = idSchema('agent');

/** Alias of a source, unique within its agent; part of `image_url`. */
export const SourceAlias = z.string().regex(/^[a-z0-9-]{1,32}$/);

/** A text without NUL and lone surrogates: both databases can hold it and it has one UTF-8 form. */
export const WellFormedText = z
  .string()
  .refine((text) => text.isWellFormed() && !text.includes('\0'), 'must not hold NUL or lone surrogates');

/** 1-1,024 bytes of UTF-8, unique in its dataset. */
export const ReferenceId = WellFormedText.refine(
  (text) => text.length > 0 && fitsBytes(text, 1024),
  'must be 1 to 1,024 bytes of UTF-8',
);

/** Whether a well-formed text has at most `most` bytes of UTF-8; most texts are told by their length alone. */
export function fitsBytes(text: string, most: number): boolean {
  return text.length * 3 <= most || (text.length <= most && utf8Bytes(text) <= most);
}

/** Length of a well-formed text in bytes of UTF-8. */
export function utf8Bytes(text: string): number {
  let bytes = 0;
  for (const char of text) {
    const point = char.codePointAt(0) ?? 0;
    bytes += point < 0x80 ? 1 : point < 0x800 ? 2 : point < 0x10000 ? 3 : 4;
  }
  return bytes;
}
