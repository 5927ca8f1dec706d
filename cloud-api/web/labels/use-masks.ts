import { failureCode, failureSentence } from '@nucleus/shared/ui/client/call-failure.ts';
import { annotationEndpoints } from '@nucleus/shared/wire/annotations';
import { useQueries } from '@tanstack/react-query';
import { callCloud } from '../cloud/call-cloud.ts';
import type { LabelView } from './label-views.ts';
import { type Mask, readMask } from './read-mask.ts';

/** The pixels of a mask, or why there are none. */
export type MaskLook = { mask: Mask } | { words: string } | undefined;

const keptMs = 60_000;

/** The masks among some labels, by the label's id. Each is fetched by a link that expires, and kept for a minute. */
export function useMasks(datasetId: string, labels: readonly LabelView[]): ReadonlyMap<string, MaskLook> {
  const masks = labels.filter(({ shape }) => shape?.kind === 'mask');
  const looks = useQueries({
    queries: masks.map(({ id }) => ({
      queryKey: ['mask', datasetId, id],
      queryFn: async ({ signal }: { signal: AbortSignal }): Promise<MaskLook> => {
        try {
          const { url } = await callCloud(annotationEndpoints.getMask, {
            params: { datasetId, labelId: id },
            signal,
          });
          return await fetchMask(url, signal);
        } catch (error) {
          if (failureCode(error) === 'label-not-found') return { words: 'Its picture is not kept here.' };
          throw error;
        }
      },
      staleTime: Number.POSITIVE_INFINITY,
      gcTime: keptMs,
    })),
  });
  return new Map(
    masks.map(({ id }, at) => {
      const look = looks[at];
      return [id, look?.error ? { words: failureSentence(look.error) } : look?.data];
    }),
  );
}

/** @param url a link of the cloud that served this page, whatever name it calls itself by */
async function fetchMask(url: string, signal: AbortSignal): Promise<MaskLook> {
  const { pathname, search } = new URL(url);
  const response = await fetch(pathname + search, { signal, credentials: 'omit' });
  if (!response.ok) return { words: 'Its picture did not come. Open the item again for a fresh link.' };
  try {
    return { mask: await readMask(new Uint8Array(await response.arrayBuffer())) };
  } catch {
    return { words: 'Its picture is no PNG of one byte a pixel, so it cannot be drawn.' };
  }
}
