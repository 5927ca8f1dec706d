/** Credentials at rest: AES-256-GCM under one key of the deployment, bound to the row that holds them. */
import { createCipheriv, createDecipheriv, createHash, randomBytes } from 'node:crypto';
import { AppError } from '@nucleus/shared/failure/app-error';

const version = '1';
const nonceBytes = 12;
const tagBytes = 16;

export interface SecretBox {
  /** @param boundTo ids of the row: the text opens for them alone */
  seal: (secret: string, boundTo: string) => string;
  /** @throws AppError `integration-refused` when it was sealed under another key, for another row, or was changed */
  open: (sealed: string, boundTo: string) => string;
}

/** @param key 32 bytes */
export function secretBox(key: Uint8Array): SecretBox {
  const keyId = createHash('sha256').update('integrations: key id').update(key).digest('hex').slice(0, 12);
  return {
    seal: (secret, boundTo) => {
      const nonce = randomBytes(nonceBytes);
      const cipher = createCipheriv('aes-256-gcm', key, nonce).setAAD(Buffer.from(boundTo));
      const body = Buffer.concat([nonce, cipher.update(secret, 'utf8'), cipher.final(), cipher.getAuthTag()]);
      return [version, keyId, body.toString('base64url')].join('.');
    },
    open: (sealed, boundTo) => {
      const [foundVersion, foundKey, text = ''] = sealed.split('.');
      if (foundVersion !== version || foundKey !== keyId) throw cannotOpen();
      const body = Buffer.from(text, 'base64url');
      try {
        const decipher = createDecipheriv('aes-256-gcm', key, body.subarray(0, nonceBytes))
          .setAAD(Buffer.from(boundTo))
          .setAuthTag(body.subarray(-tagBytes));
        return decipher.update(body.subarray(nonceBytes, -tagBytes), undefined, 'utf8') + decipher.final('utf8');
      } catch (cause) {
        throw cannotOpen(cause);
      }
    },
  };
}

function cannotOpen(cause?: unknown): AppError {
  return new AppError(
    'integration-refused',
    'The credentials cannot be opened with the key that this cloud has now: make the integration anew.',
    { cause },
  );
}
