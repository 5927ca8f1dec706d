import { AppError } from '@nucleus/shared/failure/app-error';
import { assetEndpoints } from '@nucleus/shared/wire/assets';
import type { Kysely } from 'kysely';
import type { Acting } from '../audit/acting.ts';
import type { Tables } from '../database/tables.ts';
import { type Mount, mountEndpoint, mountExchange, mountOpen } from '../http/mount-endpoint.ts';
import { sendObject } from '../http/send-object.ts';
import type { LinkKeyrings } from '../links/link-keyrings.ts';
import { openResult } from '../result-files/result-files.ts';
import type { ImageFormat } from './check/sniff-image.ts';
import { describeItemAttachment } from './describe-item.ts';
import type { ItemPlace } from './fetch-queries.ts';
import { objectKey } from './kept-image.ts';
import { linkItemImage, linkObject, openObjectLink } from './link-images.ts';
import type { ObjectClaim } from './object-link.ts';
import type { Attachments } from './open-attachments.ts';
import { refetchItem } from './refetch-item.ts';

const served: Record<ImageFormat, { contentType: string; ending: string }> = {
  jpeg: { contentType: 'image/jpeg', ending: 'jpg' },
  png: { contentType: 'image/png', ending: 'png' },
  webp: { contentType: 'image/webp', ending: 'webp' },
  gif: { contentType: 'image/gif', ending: 'gif' },
  tiff: { contentType: 'image/tiff', ending: 'tif' },
  avif: { contentType: 'image/avif', ending: 'avif' },
};

/** Mounts the stable addresses of stored pictures, and the expiring links to them and to the results of jobs. */
export function mountAssets(
  mount: Mount,
  db: Kysely<Tables>,
  attachments: Attachments,
  {
    keyrings,
    publicOrigin,
    afterEnqueue,
  }: {
    keyrings: LinkKeyrings;
    publicOrigin: string;
    /** Told that a job waits. */
    afterEnqueue: () => void;
  },
): void {
  const { objects } = attachments;
  mountExchange(mount, assetEndpoints.getAsset, async ({ tenantId, nowMs }, { params, query }, { response }) => {
    const path = await linkItemImage(db, keyrings.object, tenantId, params.itemId, query.variant, nowMs);
    response.set('Cache-Control', 'no-store').redirect(302, path);
  });

  const describe = ({ tenantId, nowMs }: Acting, item: ItemPlace) =>
    describeItemAttachment(
      {
        db,
        publicOrigin,
        linkTo: (object) => publicOrigin + linkObject(keyrings.object, tenantId, object, nowMs),
      },
      tenantId,
      item,
    );
  mountEndpoint(mount, assetEndpoints.getItemAttachment, (context, { params }) => describe(context, params));
  mountEndpoint(mount, assetEndpoints.refetchItem, async (context, { params }) => {
    await refetchItem({ db, publicOrigin }, context, params);
    const asked = await describe(context, params);
    afterEnqueue();
    return asked;
  });

  mountOpen(mount, assetEndpoints.getObject, async ({ request, response, nowMs }, { params }) => {
    const result = await openResult({ objects, db }, params.token, keyrings.result, nowMs);
    if (result !== undefined) return sendObject(request, response, result);
    const claim = openObjectLink(params.token, keyrings.object, nowMs);
    const stored = await findStored(attachments, claim);
    await sendObject(request, response, {
      ...stored,
      maxAgeSeconds: claim.expiresAt - Math.floor(nowMs / 1000),
      open: (range) => objects.get(stored.key, range),
    });
  });
}

/** The bytes behind a link: the original, or a rendition that is made now if nobody has asked for it before. */
async function findStored(
  { objects, preview }: Pick<Attachments, 'objects' | 'preview'>,
  claim: ObjectClaim,
): Promise<{ key: string; bytes: number; contentType: string; etag: string; fileName: string }> {
  const { tenantId, sha256, format, variant } = claim;
  const name = sha256.slice(0, 16);
  if (variant === 'original') {
    const key = objectKey(tenantId, sha256);
    const found = await objects.stat(key);
    if (found === undefined) throw new AppError('link-refused', 'This link opens nothing.');
    const { contentType, ending } = served[format];
    return { key, bytes: found.bytes, contentType, etag: `"${sha256}"`, fileName: `${name}.${ending}` };
  }
  const made = await preview(claim, Number(variant.slice('preview-'.length)));
  return { ...made, contentType: 'image/webp', etag: `"${sha256}-${variant}"`, fileName: `${name}-${variant}.webp` };
}
