import { expect, test } from 'vitest';
import { type FileRow, readRows } from './read-rows.ts';

/** Cut at every place, because the network cuts where it likes. */
async function* pieces(text: string, size: number): AsyncGenerator<string> {
  for (let at = 0; at < text.length; at += size) yield text.slice(at, at + size);
}
const rows = async (text: string, size: number): Promise<FileRow[]> => {
  const found: FileRow[] = [];
  for await (const row of readRows(pieces(text, size))) found.push(row);
  return found;
};
const two = [
  { referenceId: 'a/"b\\', vector: [1, -0.5, 1e-7] },
  { referenceId: 'c ]}', vector: [0, 2, 3] },
];
const asRow = ({ referenceId, vector }: FileRow) =>
  JSON.stringify({ reference_id: referenceId, embedding_vector: vector });

test.each([
  ['a map', JSON.stringify(Object.fromEntries(two.map(({ referenceId, vector }) => [referenceId, vector])), null, 1)],
  ['a list', `[${two.map(asRow).join(' ,\n')}]`],
  ['JSON lines', `${two.map(asRow).join('\n')}\n`],
  ['JSON lines without a last end', two.map(asRow).join('\r\n')],
])('%s is read the same, wherever it is cut', async (_name, text) => {
  for (const size of [1, 2, 3, 7, text.length]) expect(await rows(text, size), String(size)).toEqual(two);
});

test.each([
  ['{}', []],
  ['[]', []],
  ['{"reference_ids": [1]}', [{ referenceId: 'reference_ids', vector: [1] }]],
  ['{"a": {"not": "numbers"}}', [{ referenceId: 'a', vector: { not: 'numbers' } }]],
])('%s is whole', async (text, want) => {
  expect(await rows(text, 3)).toEqual(want);
});

test.each([
  '',
  'hello',
  '{"a": [1, 2',
  '{"a"',
  '{"a": [1]',
  '[{"reference_id": "a"}',
  '{"a": [1,]}',
  '[1]',
  '{"a":[1]} x',
])('%j is refused', async (text) => {
  await expect(rows(text, 2)).rejects.toMatchObject({ code: 'invalid-request' });
});
