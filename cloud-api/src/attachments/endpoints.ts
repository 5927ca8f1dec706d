import { AppError } from '@nucleus/shared/failure/app-error';
import { assetEndpoints } from '@nucleus/shared/wire/assets';
import type { Database } from '../database/open-database.ts';
import { type Mount, mountExchange, mountOpen } from '../http/mount-endpoint.ts';
import { sendObject } from '../http/send-object.ts';
import type { LinkKeyrings } from '../links/link-keyrings.ts';
import type { ObjectStore } from '../objects/object-store.ts';
import { openResult } from '../result-files/result-files.ts';
import type { ImageFormat } from './check/sniff-image.ts';
import { objectKey } from './kept-image.ts';
import { linkItemImage, openObjectLink } from './link-images.ts';

const served: Record<ImageFormat, { contentType: string; ending: string }> = {
  jpeg: { contentType: 'image/jpeg', ending: 'jpg' },
  png: { contentType: 'image/png', ending: 'png' },
  webp: { contentType: 'image/webp', ending: 'webp' },
  gif: { contentType: 'image/gif', ending: 'gif' },
  tiff: { contentType: 'image/tiff', ending: 'tif' },
  avif: { contentType: 'image/avif', ending: 'avif' },
};

/** Mounts the stable addresses of stored pictures, and the expiring links to them and to the results of jobs. */
export function mountAssets(mount: Mount, db: Database, objects: ObjectStore, keyrings: LinkKeyrings): void {
  mountExchange(mount, assetEndpoints.getAsset, async ({ tenantId, nowMs }, { params }, { response }) => {
    const path = await linkItemImage(db, keyrings.object, tenantId, params.itemId, nowMs);
    response.set('Cache-Control', 'no-store').redirect(302, path);
  });

  mountOpen(mount, assetEndpoints.getObject, async ({ request, response, nowMs }, { params }) => {
    const result = await openResult({ objects, db }, params.token, keyrings.result, nowMs);
    if (result !== undefined) return sendObject(request, response, result);
    const { tenantId, sha256, format, expiresAt } = openObjectLink(params.token, keyrings.object, nowMs);
    const key = objectKey(tenantId, sha256);
    const found = await objects.stat(key);
    if (found === undefined) throw new AppError('link-refused', 'This link opens nothing.');
    await sendObject(request, response, {
      bytes: found.bytes,
      contentType: served[format].contentType,
      etag: `"${sha256}"`,
      maxAgeSeconds: expiresAt - Math.floor(nowMs / 1000),
      fileName: `${sha256.slice(0, 16)}.${served[format].ending}`,
      open: (range) => objects.get(key, range),
    });
  });
}
