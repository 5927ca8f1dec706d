import { createHash, createHmac } from 'node:crypto';
import { bucketSeconds, type Keyring, type SigningKey } from '@nucleus/shared/media/sealed-token';
import type { State } from '../state/open-state.ts';
import { maxLinkMinutes } from './media-token.ts';

/**
 * The keys behind media links. What signs is derived from the key file and an epoch kept in state: raising the epoch makes every
 * link worthless at once, those of the command line included, and a restart does not bring them back.
 */
export interface MediaKeys {
  keyring(): Keyring;
  /** Signs with `next` from now on; links of the key before it open until the longest of them has ended. */
  rotate(next: Uint8Array): void;
  /** Every link made until now is refused from now on. */
  raiseEpoch(): void;
}

const epochName = 'media_epoch';
const longestLinkSeconds = maxLinkMinutes * 60 + bucketSeconds;

/**
 * @param media the agent's media key, at least 32 bytes.
 * @param now seconds since 1970.
 */
export function openMediaKeys(state: State, media: Uint8Array, now: () => number): MediaKeys {
  const read = state.prepare<[string], string>('select value from meta where key = ?').pluck();
  const write = state.prepare<[string, string]>('insert or replace into meta (key, value) values (?, ?)');
  let epoch = Number(read.get(epochName) ?? '0');
  let current = media;
  let previous: { media: Uint8Array; until: number } | undefined;
  let signing = deriveKey(current, epoch);
  let verifying: SigningKey | undefined;
  return {
    keyring() {
      if (!previous || !verifying) return [signing];
      if (previous.until > now()) return [signing, verifying];
      previous = undefined;
      verifying = undefined;
      return [signing];
    },
    rotate(next) {
      previous = { media: current, until: now() + longestLinkSeconds };
      verifying = signing;
      current = next;
      signing = deriveKey(current, epoch);
    },
    raiseEpoch() {
      epoch += 1;
      write.run(epochName, String(epoch));
      previous = undefined;
      verifying = undefined;
      signing = deriveKey(current, epoch);
    },
  };
}

function deriveKey(media: Uint8Array, epoch: number): SigningKey {
  const secret = createHmac('sha256', media).update(`media links, epoch ${epoch}`).digest();
  return {
    id: createHash('sha256').update('media key id').update(secret).digest().subarray(0, 6).toString('base64url'),
    mac: (text) => createHmac('sha256', secret).update(text, 'latin1').digest(),
  };
}
