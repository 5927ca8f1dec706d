import { createHash, createHmac } from 'node:crypto';
import type { Keyring } from '@nucleus/shared/media/sealed-token';

/** Keys behind `/o` links, one ring per kind, so that a link of one kind is no link of another. */
export interface LinkKeyrings {
  /** GET: one stored object. */
  object: Keyring;
  /** PUT: one upload. */
  upload: Keyring;
  /** GET: one file that a job has made. */
  result: Keyring;
}

/** @param secret of this deployment, at least 32 bytes */
export function linkKeyrings(secret: Uint8Array): LinkKeyrings {
  return {
    object: keyringFor(secret, 'object links'),
    upload: keyringFor(secret, 'upload links'),
    result: keyringFor(secret, 'result links'),
  };
}

function keyringFor(secret: Uint8Array, purpose: string): Keyring {
  const key = createHmac('sha256', secret).update(purpose).digest();
  const id = createHash('sha256').update(`${purpose}: key id`).update(key).digest().subarray(0, 6);
  return [
    {
      id: id.toString('base64url'),
      mac: (text) => createHmac('sha256', key).update(text, 'latin1').digest(),
    },
  ];
}
