/** Names that file systems take and programs stumble over. */

const text = (...names: string[]): Buffer[] => names.map((name) => Buffer.from(name));
const bytes = (...values: number[]): Buffer => Buffer.from(values);

/** Numbers in 0..1 from a seed. */
function aRandom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 4_294_967_296;
  };
}

/** Written by hand: each is there for a reason. */
const chosen: Buffer[] = [
  ...text(
    '\u00e9.jpg',
    'e\u0301.jpg',
    '\u1e69.jpg',
    's\u0323\u0307.jpg',
    's\u0307\u0323.jpg',
    '\u212b',
    '\u00c5',
    'A\u030a',
  ),
  ...text('twin.jpg', 'TWIN.jpg', 'Twin.JPG', 'stra\u00dfe', 'STRASSE', 'strasse', '\u0130', 'i', 'I', '\u0131'),
  ...text(
    'line\nbreak.jpg',
    'line\r\nbreak.jpg',
    'tab\t.jpg',
    'bell\x07',
    'esc\x1b[31mred',
    'del\x7f',
    'c1\u0085',
    'ls\u2028',
  ),
  ...text(
    'inv\u202egpj.exe',
    '\u200fright',
    '\u2066isolate\u2069',
    'zero\u200bwidth',
    'zerowidth',
    '\ufeffbom',
    'bom',
    'nbsp\u00a0',
  ),
  ...text(
    '\u{1f600}.jpg',
    '\u{1f468}\u200d\u{1f469}\u200d\u{1f467}.jpg',
    '\u{1f468}\u{1f469}\u{1f467}.jpg',
    '\u2764\ufe0f',
    '\u2764',
  ),
  ...text(
    ' ',
    '  ',
    ' lead',
    'trail ',
    'trail  ',
    'a.',
    'a..',
    'a',
    'dots...',
    'CON',
    'nul',
    'COM1.jpg',
    'a:b',
    'a|b',
    'a*b',
    'a?b',
  ),
  ...text(
    'back\\slash',
    '"quotes"',
    "'single'",
    '`tick`',
    '$HOME',
    '$(id)',
    ';rm',
    '&amp;',
    '<img src=x>',
    '=1+1',
    '@x',
    '+x',
    '-rf',
    '--',
  ),
  ...text(
    '%41.jpg',
    'A.jpg',
    '%2F',
    '%2f',
    '%00',
    '%',
    '%%',
    '%25',
    'a%20b',
    'a b',
    'a+b',
    'a#b',
    'a?b=c',
    '[a]',
    '{a,b}',
    '!(x)',
    '**',
    '*',
  ),
  ...text(
    '~',
    '~2',
    'a~2',
    'a~3',
    '~b',
    '~b%',
    '~l',
    '~lx',
    'p_00000000000000000000000000000000',
    '\\xff',
    '\\x0a',
    '\ud7ff',
    '\ufffd',
  ),
  bytes(0xff),
  bytes(0xfe, 0xff),
  bytes(0xc0, 0xae), // overlong dot
  bytes(0xe0, 0x80, 0xaf), // overlong slash
  bytes(0xed, 0xa0, 0x80), // a surrogate
  bytes(0xed, 0xb0, 0x80),
  bytes(0xf4, 0x90, 0x80, 0x80), // past the last character
  bytes(0xc3), // half of a character
  bytes(0xe9, 0x2e, 0x6a, 0x70, 0x67), // é of Latin-1
  bytes(0x82, 0xa0), // あ of Shift JIS
  bytes(0x61, 0xff, 0x62),
  bytes(0x61, 0xfe, 0x62),
  bytes(0x01),
  Buffer.alloc(255, 0x61),
  Buffer.alloc(255, 0xff),
  Buffer.concat([Buffer.alloc(254, 0x61), bytes(0x62)]),
  Buffer.from('\u00e9'.repeat(127)),
  Buffer.from('\u{1f600}'.repeat(63)),
];

/** So many different names of one to 255 bytes, none of which begins with a dot. The same call gives the same names. */
export function nastyNames(count: number): Buffer[] {
  const names = new Map(chosen.map((name) => [name.toString('latin1'), name]));
  const random = aRandom(7);
  const alphabets = [
    () => 1 + Math.floor(random() * 255),
    () => [0x20, 0x0a, 0x25, 0x7e, 0x41, 0x61, 0xff][Math.floor(random() * 7)] as number,
  ];
  while (names.size < count) {
    const length = 1 + Math.floor(random() ** 3 * 255);
    const alphabet = alphabets[names.size % 2] as () => number;
    const name = Buffer.from(Array.from({ length }, alphabet)).map((byte) => (byte === 0x2f ? 0x5f : byte));
    if (name[0] !== 0x2e) names.set(Buffer.from(name).toString('latin1'), Buffer.from(name));
  }
  return [...names.values()].slice(0, count);
}
