import { AppError } from '@nucleus/shared/failure/app-error';
import { openDiskStore } from './disk-store.ts';
import type { ObjectStore } from './object-store.ts';
import { readObjectsUrl } from './read-objects-url.ts';

export interface OpenObjects {
  store: ObjectStore;
  close: () => void;
}

/**
 * Opens the store that `url` names. A bucket is looked at once, so that a wrong name or key stops the start and no upload later.
 * @throws AppError `config-invalid`, `objects-unreachable`
 */
export async function openObjects(
  url: string,
  keys: { accessKeyId: string; secretAccessKey: string } | undefined,
): Promise<OpenObjects> {
  const place = readObjectsUrl(url);
  if (place.kind === 'folder') return { store: await openDiskStore(place.folder), close: () => undefined };
  // Loaded on use: a cloud over a folder never pays for the SDK.
  const { openS3Store } = await import('./s3-store.ts');
  const store = openS3Store(place, keys);
  try {
    for await (const _key of store.list('a')) break;
  } catch (cause) {
    store.close();
    const why = cause instanceof Error ? cause.name : 'unknown';
    throw new AppError(
      'objects-unreachable',
      `The bucket ${place.bucket} cannot be read (${why}): check name, endpoint and keys.`,
      {
        cause,
      },
    );
  }
  return { store, close: store.close };
}
