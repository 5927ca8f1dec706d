/** Vectors that repeat with their seed, and a dataset whose items have them. */
import type { ACloud } from './a-cloud.ts';
import { send } from './send.ts';

export const dimension = 12;
export const amount = 300;

export function randomVector(seed: number): number[] {
  let state = seed * 2_654_435_761 + 1;
  return Array.from({ length: dimension }, () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 31 - 1;
  });
}

/** Vectors of the items of {@link aVectorDataset}, by reference id. */
export const vectors: ReadonlyMap<string, number[]> = new Map(
  Array.from({ length: amount }, (_, i) => [`item/${i}`, randomVector(i)]),
);

/** An item of a privacy-mode dataset; its address leads nowhere. */
export const anItem = (ref: string, over: object = {}) => ({
  reference_id: ref,
  image_url: `https://images.test/${encodeURIComponent(ref)}`,
  width: 4,
  height: 3,
  metadata: {},
  ...over,
});

/** A privacy-mode dataset, empty. */
export async function aPrivateDataset(cloud: ACloud): Promise<string> {
  const body = { name: 'set', use_privacy_mode: true };
  return (await send(`${cloud.url}/v1/nucleus/dataset/create`, { key: cloud.adminKey, body })).body.dataset_id;
}

/** One with every vector in the index `mine`. */
export async function aVectorDataset(cloud: ACloud, metadata: (i: number) => object = () => ({})): Promise<string> {
  const id = await aPrivateDataset(cloud);
  const items = [...vectors].map(([ref, embedding_vector], i) =>
    anItem(ref, { embedding_info: { index_id: 'mine', embedding_vector }, metadata: metadata(i) }),
  );
  await send(`${cloud.url}/v1/nucleus/dataset/${id}/append`, { key: cloud.adminKey, body: { items } });
  return id;
}
