/** Records of a dataset of a million pictures: the fields of level standard, in the proportions of camera files. */
import { createHash } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import { canonicalJson } from '@nucleus/shared/record/canonical-json';

const models = ['eos r5', 'eos r6', 'd850', 'z 9', 'ilce-7rm4', 'x-t5', 'dc-s5', 'pentax k-1'];
const makes = ['canon', 'canon', 'nikon', 'nikon', 'sony', 'fujifilm', 'panasonic', 'ricoh'];
const isos = [100, 100, 200, 400, 400, 800, 1600, 3200, 6400];
const digits = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz#$%*+,-.:;=?@[]^_{|}~';

/** A record by its number: the same number gives the same record. */
export function aRecord(n) {
  const random = seeded(n);
  const pick = (from) => from[Math.floor(random() * from.length)];
  const camera = Math.floor(random() * models.length);
  const reference = referenceOf(n);
  const wide = random() < 0.7;
  const at = new Date(Date.UTC(2020, 0, 1) + Math.floor(random() * 6 * 365 * 86_400) * 1000).toISOString().slice(0, 19);
  return {
    reference_id: reference,
    image_url: `http://127.0.0.1:8787/assets/main/${encodeURIComponent(reference)}`,
    width: wide ? 6000 : 4000,
    height: wide ? 4000 : 6000,
    phash: phashOf(n),
    metadata: {
      source: 'main',
      media_kind: 'image',
      format: random() < 0.9 ? 'jpeg' : 'heic',
      status: 'ok',
      orientation: pick([1, 1, 1, 6, 8]),
      byte_size_bucket: 80 + Math.floor(random() * 20),
      content_hash: createHash('sha256').update(String(n)).digest('hex').slice(0, 32),
      ingest_day: '2026-11-24',
      name: reference,
      byte_size: 1_000_000 + Math.floor(random() * 9_000_000),
      capture_local: at,
      capture_time: `${at}Z`,
      exposure_us: pick([500, 1000, 2000, 4000, 8000, 16_000]),
      iso: pick(isos),
      f_number: pick([1.4, 1.8, 2.8, 4, 5.6, 8]),
      focal_length_mm: pick([24, 35, 50, 85, 200]),
      camera_make: makes[camera],
      camera_model: models[camera],
      brightness: Math.floor(random() * 16),
      contrast: Math.floor(random() * 16),
      sharpness: Math.floor(random() * 16),
      entropy: Math.floor(random() * 16),
      mean_color: `#${Math.floor(random() * 2 ** 24)
        .toString(16)
        .padStart(6, '0')}`,
      blurhash: `L${Array.from({ length: 27 }, () => pick(digits)).join('')}`,
    },
  };
}

export function referenceOf(n) {
  const number = String(n).padStart(8, '0');
  return `site-${number.slice(0, 2)}/cam-${number.slice(2, 4)}/IMG_${number}.jpg`;
}

/** Nine in ten at random; one in ten a few bits beside another, as pictures of a series are. */
export function phashOf(n) {
  const isSeries = n > 0 && n % 10 === 0;
  const random = seeded(1_000_003 * (isSeries ? Math.floor(n / 2) + 1 : n));
  const bits = Array.from({ length: 64 }, () => (random() < 0.5 ? '0' : '1'));
  if (isSeries) for (const at of [7, 21, 40]) bits[at] = bits[at] === '0' ? '1' : '0';
  return bits.join('');
}

/** A batch of an agent's changes as it is sent. */
export function aBatch(agentId, from, count, rev = 1) {
  const lines = [JSON.stringify({ v: 1, agent_id: agentId, source: 'main' })];
  for (let n = from; n < from + count; n++) {
    const item = aRecord(n);
    const digest = createHash('sha256').update(canonicalJson(item)).digest('hex').slice(0, 32);
    lines.push(JSON.stringify({ op: 'put', ref: item.reference_id, rev, digest, item }));
  }
  return gzipSync(lines.join('\n'), { level: 1 });
}

/** The body of a Nucleus append. */
export function anAppend(from, count) {
  const items = Array.from({ length: count }, (_, i) => {
    const { metadata, ...item } = aRecord(from + i);
    const { source, name, content_hash, ...own } = metadata;
    return { ...item, image_url: `https://pictures.example/${item.reference_id}`, metadata: { ...own, batch: from } };
  });
  return JSON.stringify({ items });
}

/** mulberry32 */
export function seeded(seed) {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
