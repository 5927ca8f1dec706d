import { createHash, createHmac } from 'node:crypto';
import type { Keyring } from '@nucleus/shared/media/sealed-token';

/** Keys behind `/o` links, from this deployment's secret of at least 32 bytes. */
export function linkKeyring(secret: Uint8Array): Keyring {
  const key = createHmac('sha256', secret).update('object links').digest();
  return [
    {
      id: createHash('sha256').update('object link key id').update(key).digest().subarray(0, 6).toString('base64url'),
      mac: (text) => createHmac('sha256', key).update(text, 'latin1').digest(),
    },
  ];
}
