import fc from 'fast-check';
import { expect, test } from 'vitest';
import { parseJsonInTurns } from './parse-in-turns.ts';
import { parseJson } from './parse-json.ts';

const outcomeOf = async (parse: () => unknown): Promise<unknown> => {
  try {
    return { value: await parse() };
  } catch (error) {
    return { error: (error as Error).message };
  }
};
const both = async (text: string | Buffer): Promise<[unknown, unknown]> => {
  const bytes = Buffer.from(text);
  return [await outcomeOf(() => parseJsonInTurns(bytes, 0, 16)), await outcomeOf(() => parseJson(bytes))];
};

/** Without the sentence: of several faults in one body the two may name different ones. */
const valueOrRefusal = (outcome: unknown) => ('error' in (outcome as object) ? 'refused' : outcome);

test('any body is read as in one go, well formed or cut, doubled and strewn with signs', async () => {
  const signs = fc.constantFrom('{', '}', '[', ']', ',', ':', '"', '\\', ' ', '\n', '\\u0000', '\ufeff', '0', 'é', '');
  const body = fc.record({ items: fc.array(fc.jsonValue()), other: fc.jsonValue() });
  await fc.assert(
    fc.asyncProperty(body, fc.nat(2), fc.nat(), fc.nat(), signs, async (value, spaces, from, length, sign) => {
      const text = JSON.stringify(value, null, spaces);
      const [whole, plain] = await both(text);
      expect(whole).toEqual(plain);
      const start = from % (text.length + 1);
      const broken = text.slice(0, start) + sign + text.slice(start + (length % 4));
      const [read, wanted] = await both(broken);
      expect(valueOrRefusal(read)).toEqual(valueOrRefusal(wanted));
    }),
    { numRuns: 1_000 },
  );
});

test.each([
  ['{"items":[1,2,3],}'],
  ['{"items":[1,2,3,]}'],
  ['{"items":[,1]}'],
  ['{"items":[1 2]}'],
  ['{"items":[1:2]}'],
  ['{"items":[1}'],
  ['{"items":[{]}]}'],
  ['{"items":[1]}]'],
  ['{"items":[1]'],
  ['{"items":["\\ud800"]}'],
  ['{"items":[1],"items":[2]}'],
  ['{"__proto__":[1]}'],
  ['{"a":"\\"]}","items":["}","]"]}'],
  ['[1,2]'],
  ['{}'],
  ['{} x'],
  ['\ufeff{"items":[1]}'],
  ['   '],
])('%s', async (text) => {
  const [read, wanted] = await both(text);
  expect(read).toEqual(wanted);
});

test('a large body lets others have their turn, and what is no UTF-8 is refused', async () => {
  const items = Array.from({ length: 20_000 }, (_, n) => ({ n, text: 'a "quoted" text, [or] {not}' }));
  let turns = 0;
  const counting = setInterval(() => (turns += 1), 0);
  expect(await parseJsonInTurns(Buffer.from(JSON.stringify({ items })))).toEqual({ items });
  clearInterval(counting);
  expect(turns).toBeGreaterThan(2);
  const [read, wanted] = await both(
    Buffer.concat([Buffer.from('{"items":["'), Buffer.from([0xff]), Buffer.from('"]}')]),
  );
  expect(read).toEqual(wanted);
});
