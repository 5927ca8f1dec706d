import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseQuery } from './parse-query.ts';
import { QueryError } from './query-error.ts';
import type { ConditionNode, ValueNode } from './query-tree.ts';

/** The tree as brackets, without positions. */
function sketch(node: ConditionNode | ValueNode): string {
  switch (node.kind) {
    case 'and':
    case 'or':
      return `(${node.terms.map(sketch).join(` ${node.kind} `)})`;
    case 'not':
      return `not ${sketch(node.term)}`;
    case 'compare':
      return `${sketch(node.left)}${node.op}${sketch(node.right)}`;
    case 'in':
      return `${sketch(node.field)}${node.negated ? '!' : ''}{${node.values.map(sketch).join()}}`;
    case 'contains':
      return `${sketch(node.field)}${node.negated ? '!' : ''}~'${node.text}'`;
    case 'missing':
      return `${sketch(node.field)}${node.negated ? '!' : ''}?`;
    case 'number':
      return String(node.value);
    case 'text':
      return `'${node.value}'`;
    case 'field':
      return node.path.join('/');
    case 'arithmetic':
      return `[${sketch(node.left)}${node.op}${sketch(node.right)}]`;
  }
}

describe('queries of the documented language', () => {
  test.each([
    { query: 'metadata.iso > 800', tree: 'metadata/iso>800' },
    { query: 'a = 1 OR b = 2 AND c = 3', tree: '(a=1 or (b=2 and c=3))' },
    { query: '(a = 1 OR b = 2) AND c = 3', tree: '((a=1 or b=2) and c=3)' },
    { query: 'metadata."shutter speed" = "1/250 s"', tree: "metadata/shutter speed='1/250 s'" },
    { query: 'annotations.box."stop sign" >= 2', tree: 'annotations/box/stop sign>=2' },
    { query: 'metadata.weather = rainy', tree: "metadata/weather='rainy'" },
    { query: 'slice = slc_abc and reference_id != "x"', tree: "(slice='slc_abc' and reference_id!='x')" },
    { query: 'metadata.frame % 10 = 0', tree: '[metadata/frame%10]=0' },
    { query: 'width - height + 2 > -1.5e3', tree: '[[width-height]+2]>-1500' },
    { query: '(width - height) % 2 = 1', tree: '[[width-height]%2]=1' },
  ])('$query', ({ query, tree }) => {
    expect(sketch(parseQuery(query))).toBe(tree);
  });

  test.each([
    { query: 'NOT camera IN (p1, "7rm4", 3)', tree: "not camera{'p1','7rm4',3}" },
    { query: 'camera not in (a)', tree: "camera!{'a'}" },
    { query: 'name CONTAINS "50%_"', tree: "name~'50%_'" },
    { query: '(iso IN (1, 2)) and not (a in (b))', tree: "(iso{1,2} and not a{'b'})" },
    { query: 'iso IS MISSING or iso is not missing', tree: '(iso? or iso!?)' },
    { query: 'a = "say \\"hi\\" \\\\"', tree: 'a=\'say "hi" \\\'' },
    { query: 'metadata.in = 1', tree: 'metadata/in=1' },
    { query: 'metadata.2x = 1', tree: 'metadata/2x=1' },
  ])('$query, beyond it', ({ query, tree }) => {
    expect(sketch(parseQuery(query))).toBe(tree);
  });
});

describe('an error points at its place', () => {
  test.each([
    { query: '', start: 0, end: 0, says: 'Expected a field' },
    { query: 'iso', start: 0, end: 3, says: 'an operator is needed' },
    { query: 'iso >', start: 5, end: 5, says: 'Expected a value' },
    { query: 'iso > 1 2', start: 8, end: 9, says: 'Expected AND, OR or the end' },
    { query: 'name = "open', start: 7, end: 12, says: 'not closed' },
    { query: '(a = 1', start: 6, end: 6, says: 'Expected )' },
    { query: 'a = 1)', start: 5, end: 6, says: 'closes nothing' },
    { query: 'a = 1 AND', start: 9, end: 9, says: 'Expected a field' },
    { query: 'a ~ 1', start: 2, end: 3, says: 'cannot hold the character ~' },
    { query: 'a.(', start: 2, end: 3, says: 'After the dot' },
    { query: 'a IN 1', start: 5, end: 6, says: 'a list in brackets' },
    { query: 'a IS 1', start: 5, end: 6, says: 'MISSING' },
    { query: `${'('.repeat(30)}a = 1${')'.repeat(30)}`, start: 21, end: 22, says: 'deep' },
    { query: `a = "${'x'.repeat(4096)}"`, start: 0, end: 4102, says: '4096 bytes' },
  ])('$says', ({ query, start, end, says }) => {
    const error = caught(query);
    expect(error.message).toContain(says);
    expect(error.at).toEqual({ start, end });
  });

  test('more than 100 conditions are too many', () => {
    expect(sketch(parseQuery(Array(100).fill('a = 1').join(' OR ')))).toContain(' or ');
    expect(caught(Array(101).fill('a = 1').join(' OR ')).message).toContain('100 conditions');
  });
});

test('any text is parsed or refused with a place inside it', () => {
  const soup = fc.array(
    fc.oneof(
      fc.constantFrom(
        'AND',
        'OR',
        'NOT',
        'IN',
        'IS',
        'MISSING',
        '(',
        ')',
        ',',
        '.',
        '=',
        '!=',
        '<',
        '%',
        '-',
        'a',
        'metadata',
        '1',
        '"x"',
        '"',
      ),
      fc.string({ maxLength: 4, unit: 'binary' }),
    ),
    { maxLength: 40 },
  );
  fc.assert(
    fc.property(soup, fc.constantFrom(' ', ''), (parts, glue) => {
      const query = parts.join(glue);
      try {
        parseQuery(query);
      } catch (error) {
        if (!(error instanceof QueryError)) throw error;
        const { start, end } = error.at as { start: number; end: number };
        expect(start).toBeGreaterThanOrEqual(0);
        expect(end).toBeGreaterThanOrEqual(start);
        expect(end).toBeLessThanOrEqual(query.length);
      }
    }),
    { numRuns: 5000 },
  );
});

function caught(query: string): QueryError {
  try {
    parseQuery(query);
  } catch (error) {
    if (error instanceof QueryError) return error;
    throw error;
  }
  throw new Error('the query was taken');
}

describe('fields that may be written with a colon', () => {
  const spans = (text: string): unknown => parseQuery(text, ['path', 'state']);
  test.each([
    ['path:a/b/**', { path: ['path'], value: 'a/b/**', start: 5, end: 11 }],
    ['path:"a b"', { path: ['path'], value: 'a b', start: 5, end: 10 }],
    ['(state:queued)', { path: ['state'], value: 'queued', start: 7, end: 13 }],
  ])('%s', (text, { path, value, start, end }) => {
    expect(spans(text)).toMatchObject({ op: '=', left: { path }, right: { kind: 'text', value, start, end } });
  });
  test('and no other: a colon elsewhere is refused where it stands', () => {
    for (const text of ['iso:100', 'path :a', 'a = b:c']) {
      expect(() => parseQuery(text, ['path', 'state'])).toThrow('A query cannot hold the character :');
    }
    expect(() => parseQuery('path:a')).toThrow('A query cannot hold the character :');
    expect(() => parseQuery('path: a', ['path'])).toThrow('After the colon comes a value.');
  });
});
