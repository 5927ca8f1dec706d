import { callbackEndpoints, callbackSignatureHeader } from '@nucleus/shared/wire/callbacks';
import { type Mount, mountEndpoint } from '../http/mount-endpoint.ts';
import { callbackKeyOf } from './rules.ts';

/** Mounts what a receiver of callbacks needs to check them. @param secret of the deployment's links */
export function mountCallbacks(mount: Mount, secret: Uint8Array): void {
  mountEndpoint(mount, callbackEndpoints.getCallbackKey, async ({ tenantId }) => ({
    key: callbackKeyOf(secret, tenantId),
    header: callbackSignatureHeader,
    algorithm: 'hmac-sha256' as const,
  }));
}
