import type { ObjectVariant } from '@nucleus/shared/wire/assets';
import { assetEndpoints } from '@nucleus/shared/wire/assets';
import { fillPath } from '@nucleus/shared/wire/endpoint';

/** Address at which this cloud answers an item's stored picture, to who is signed in. */
export function storedPicture(itemId: string, variant: ObjectVariant): string {
  return `${fillPath(assetEndpoints.getAsset.path, { itemId })}?variant=${variant}`;
}
