import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import type { Keyring, SigningKey } from '@nucleus/shared/media/sealed-token';
import { describe, expect, test } from 'vitest';
import {
  commandLineSession,
  linkTimes,
  linkTimesFor,
  type MediaClaim,
  signToken,
  type TokenVerdict,
  verifyToken,
} from './media-token.ts';

const aKey = (id: string): SigningKey => {
  const secret = randomBytes(32);
  return { id, mac: (text) => createHmac('sha256', secret).update(text).digest() };
};
const key = aKey('AAAAAAAA');
const before = aKey('BBBBBBBB');
const now = 1_800_000_100;

const aClaim = (over: Partial<MediaClaim> = {}): MediaClaim => ({
  sourceNo: 1,
  itemKey: randomBytes(16),
  generation: 1,
  variant: 0,
  ...linkTimes(now),
  sessionId: randomBytes(16),
  ...over,
});
type Verify = (token: string, keyring: Keyring, at: number) => TokenVerdict;
const verify: Verify = (token, keyring, at) => verifyToken(token, keyring, at, timingSafeEqual);

/** What an implementation without the re-encoding check does: it compares what the base64url means, not what came. */
const careless: Verify = (token, keyring, at) => {
  const parts = token.split('.');
  const mac = Buffer.from(parts[3] ?? '', 'base64url');
  const signed = parts.slice(0, 3).join('.');
  return mac.equals(keyring[0].mac(signed))
    ? verify(`${signed}.${mac.toString('base64url')}`, keyring, at)
    : { verdict: 'refused' };
};

/** Every single-bit change of a token's bytes, as it would come over the wire. */
function* flips(token: string): Generator<string> {
  const bytes = Buffer.from(token, 'latin1');
  for (let bit = 0; bit < bytes.length * 8; bit++) {
    const flipped = Buffer.from(bytes);
    flipped[bit >> 3] = (flipped[bit >> 3] as number) ^ (1 << (bit & 7));
    yield flipped.toString('latin1');
  }
}
/** Other spellings of the last character of payload and mac that decode to the same bytes. */
function respellings(token: string): string[] {
  const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
  return [77, token.length - 1].flatMap((at) =>
    [...alphabet].filter((char) => char !== token[at]).map((char) => token.slice(0, at) + char + token.slice(at + 1)),
  );
}
/** What a payload says, as the code under test would read it once proven. */
function claimOf(payload: string): MediaClaim {
  const bytes = Buffer.from(payload, 'base64url');
  if (bytes.length !== 49) return aClaim();
  return {
    sourceNo: bytes.readUInt32BE(0),
    itemKey: bytes.subarray(4, 20),
    generation: bytes.readUInt32BE(20),
    variant: bytes.readUInt8(24),
    notBefore: bytes.readUInt32BE(25),
    expiresAt: bytes.readUInt32BE(29),
    sessionId: bytes.subarray(33, 49),
  };
}
function countAccepted(judge: Verify): number {
  let accepted = 0;
  for (let i = 0; i < 100; i++) {
    const token = signToken(aClaim(), key);
    for (const changed of [...flips(token), ...respellings(token)]) {
      if (judge(changed, [key, before], now).verdict !== 'refused') accepted += 1;
    }
  }
  return accepted;
}

describe('a media token opens only what was signed', () => {
  test('what was signed comes back', () => {
    const claim = aClaim({ sourceNo: 4_000_000_000, generation: 7, variant: 4 });
    expect(verify(signToken(claim, key), [key], now)).toMatchObject({ verdict: 'valid', claim });
  });

  test('every bit of 100 tokens flipped and every respelling of their ends: none is accepted', () => {
    expect(countAccepted(verify)).toBe(0);
  });

  test('the same table catches an implementation that does not compare the spelling', () => {
    expect(countAccepted(careless)).toBeGreaterThan(0);
  });

  /** Parts of two valid tokens, by two keys, put together otherwise. */
  function mixed(): string[] {
    const [a = [], b = []] = [signToken(aClaim(), key), signToken(aClaim(), before)].map((token) => token.split('.'));
    const choices = [0b0100, 0b0010, 0b0001, 0b0110, 0b0101, 0b0011];
    return choices.map((choice) => a.map((part, at) => ((choice >> (3 - at)) & 1 ? b[at] : part)).join('.'));
  }
  /** Every beginning and every end of a valid token, with as many parts as it has. */
  function cut(): string[] {
    const token = signToken(aClaim(), key);
    return Array.from(token, (_, at) => [token.slice(0, at), token.slice(at)]).flatMap(([begin = '', end = '']) =>
      end === token ? [begin] : [begin, end],
    );
  }
  const accepted = (tokens: readonly string[], judge: Verify): number =>
    tokens.filter((token) => judge(token, [key, before], now).verdict !== 'refused').length;

  test('parts of two valid tokens do not mix; where the key’s name is not signed they do', () => {
    const unsignedName: Verify = (token, keyring, at) => {
      const [version, , payload = '', mac] = token.split('.');
      const signer = keyring.find((each) => signToken(claimOf(payload), each).endsWith(`.${mac}`));
      return signer ? verify(`${version}.${signer.id}.${payload}.${mac}`, keyring, at) : { verdict: 'refused' };
    };
    expect(accepted(mixed(), verify)).toBe(0);
    expect(accepted(mixed(), unsignedName)).toBeGreaterThan(0);
  });

  test('nothing that is cut off opens; compared only as far as it came, it would', () => {
    const asFarAsItCame: Verify = (token, keyring, at) => {
      const [version, id, payload, mac = ''] = token.split('.');
      if (payload === undefined || mac === '') return { verdict: 'refused' };
      const whole = signToken(claimOf(payload), keyring[0]);
      return whole.startsWith(`${version}.${id}.${payload}.${mac}`)
        ? verify(whole, keyring, at)
        : { verdict: 'refused' };
    };
    expect(accepted(cut(), verify)).toBe(0);
    expect(accepted(cut(), asFarAsItCame)).toBeGreaterThan(20);
  });

  test('one of another agent does not open, though its key has the same name', () => {
    const foreign = signToken(aClaim(), aKey(key.id));
    expect(verify(foreign, [key, before], now).verdict).toBe('refused');
  });

  test.each(['', '.', '...', '1...', 'a'.repeat(122), '.'.repeat(122), 'x'.repeat(100_000)])('structure %#', (token) =>
    expect(verify(token, [key], now).verdict).toBe('refused'),
  );

  test.each([
    ['padding', (token: string) => `${token}=`],
    ['a fifth part', (token: string) => `${token}.`],
    ['another version', (token: string) => token.replace(/^1/, '2')],
    ['a leading blank', (token: string) => ` ${token}`],
    ['a trailing newline', (token: string) => `${token}\n`],
    ['an encoded dot', (token: string) => token.replace('.', '%2E')],
    [
      'standard base64',
      (token: string) =>
        token
          .replaceAll('-', '+')
          .replaceAll('_', '/')
          .replace(/^1(.*)$/, '1$1='),
    ],
    ['an unknown key', (token: string) => token.replace(key.id, 'CCCCCCCC')],
    ['doubled', (token: string) => token + token],
  ])('refuses %s', (_, change) => {
    expect(verify(change(signToken(aClaim(), key)), [key], now).verdict).toBe('refused');
  });
});

describe('times of a token', () => {
  const { notBefore, expiresAt } = linkTimes(now);
  test.each([
    { at: now, want: 'valid', why: 'when made' },
    { at: expiresAt - 1, want: 'valid', why: 'in its last second' },
    { at: expiresAt, want: 'expired', why: 'at its end' },
    { at: expiresAt + 1, want: 'expired', why: 'a second later' },
    { at: now + 600, want: 'expired', why: 'ten minutes on' },
    { at: notBefore, want: 'valid', why: 'in its first second' },
    { at: notBefore - 1, want: 'not-yet-valid', why: 'a second before it' },
    { at: now - 600, want: 'not-yet-valid', why: 'with a clock that went back ten minutes' },
  ])('$want $why', ({ at, want }) => {
    expect(verify(signToken(aClaim(), key), [key], at).verdict).toBe(want);
  });

  test('all links of one bucket are one address, which lives 5 to 10 minutes', () => {
    const claim = aClaim();
    const start = Math.floor(now / 300) * 300;
    const tokens = [start, start + 1, start + 299.999].map((at) => signToken({ ...claim, ...linkTimes(at) }, key));
    expect(new Set(tokens).size).toBe(1);
    expect(linkTimes(start).expiresAt - start).toBe(600);
    expect(linkTimes(start + 299).expiresAt - (start + 299)).toBe(301);
    expect(linkTimes(start + 300)).not.toEqual(linkTimes(start));
  });

  test.each([1, 10, 60])('%i minutes are rounded up to a bucket and verify', (minutes) => {
    const times = linkTimesFor(now, minutes);
    expect(times.expiresAt % 300).toBe(0);
    expect(times.expiresAt - now).toBeGreaterThanOrEqual(minutes * 60);
    expect(times.expiresAt - now).toBeLessThan(minutes * 60 + 300);
    expect(verify(signToken(aClaim({ ...times, sessionId: commandLineSession }), key), [key], now).verdict).toBe(
      'valid',
    );
  });

  test.each([
    { notBefore: now - 300, expiresAt: now + 4500, why: 'spans more than any link may' },
    { notBefore: now + 300, expiresAt: now - 300, why: 'ends before it begins' },
    { notBefore: now, expiresAt: now, why: 'spans nothing' },
  ])('a signed token that $why is refused', (times) => {
    expect(verify(signToken(aClaim(times), key), [key], now).verdict).toBe('refused');
  });
});

test('two keys live at a time: the one before verifies, one that is gone does not', () => {
  const old = signToken(aClaim(), before);
  expect(verify(old, [key, before], now).verdict).toBe('valid');
  expect(verify(old, [key], now).verdict).toBe('refused');
});
