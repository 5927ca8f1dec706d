import { expect, test } from 'vitest';
import { referenceId } from './reference-id.ts';

const policy = { alias: 'main', names: 'relative-path' as const, namesKey: Buffer.alloc(32, 7) };
const free = () => false;

test.each([
  { name: 'a plain path is its own id', path: Buffer.from('Räum/1.jpg'), want: 'Räum/1.jpg' },
  { name: 'a decomposed path is not composed', path: Buffer.from('Ra\u0308um.jpg'), want: 'Ra\u0308um.jpg' },
  {
    name: 'a tilde is escaped, so that no path can spell an escaped one',
    path: Buffer.from('~b/x'),
    want: '~b/%7Eb/x',
  },
  { name: 'invalid UTF-8 is escaped', path: Buffer.from([0x61, 0xff]), want: '~b/a%FF' },
  { name: 'a control character is escaped', path: Buffer.from('a\nb'), want: '~b/a%0Ab' },
  {
    name: 'a long path is keyed',
    path: Buffer.from('x'.repeat(901)),
    want: expect.stringMatching(/^~l\/[0-9a-f]{32}$/),
  },
  {
    name: 'a path that is too long once escaped is keyed',
    path: Buffer.alloc(600, 0xff),
    want: expect.stringMatching(/^~l\//),
  },
])('$name', ({ path, want }) => {
  expect(referenceId(path, policy, free)).toEqual(want);
});

test('a taken id is numbered', () => {
  const taken = new Set(['a', 'a~2']);
  expect(referenceId(Buffer.from('a'), policy, (id) => taken.has(id))).toBe('a~3');
});

test('a pseudonym depends on the key, the alias, the path and the number', () => {
  const hidden = { ...policy, names: 'pseudonym' as const };
  const first = referenceId(Buffer.from('a'), hidden, free);
  const ids = [
    first,
    referenceId(Buffer.from('b'), hidden, free),
    referenceId(Buffer.from('a'), { ...hidden, alias: 'other' }, free),
    referenceId(Buffer.from('a'), { ...hidden, namesKey: Buffer.alloc(32, 8) }, free),
    referenceId(Buffer.from('a'), hidden, (id) => id === first),
  ];
  expect(new Set(ids).size).toBe(5);
  for (const id of ids) expect(id).toMatch(/^p_[0-9a-f]{32}$/);
});
