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
  // the same array as long as nothing changes: it is asked for with every request
  let keyring: Keyring = [deriveKey(media, epoch)];
  let previousUntil = Number.POSITIVE_INFINITY;
  return {
    keyring() {
      if (previousUntil <= now()) {
        keyring = [keyring[0]];
        previousUntil = Number.POSITIVE_INFINITY;
      }
      return keyring;
    },
    rotate(next) {
      previousUntil = now() + longestLinkSeconds;
      current = next;
      keyring = [deriveKey(current, epoch), keyring[0]];
    },
    raiseEpoch() {
      epoch += 1;
      write.run(epochName, String(epoch));
      previousUntil = Number.POSITIVE_INFINITY;
      keyring = [deriveKey(current, epoch)];
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
