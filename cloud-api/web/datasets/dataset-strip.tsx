import { BlurCanvas } from '@nucleus/shared/ui/blur/blur-canvas.tsx';
import { insightEndpoints } from '@nucleus/shared/wire/insights';
import { useQuery } from '@tanstack/react-query';
import type { ReactElement } from 'react';
import { callCloud } from '../cloud/call-cloud.ts';

const shown = 5;

/** The first items of a dataset as the cloud knows them. Decoration: the card's words say everything. */
export function DatasetStrip({ datasetId }: { datasetId: string }): ReactElement {
  const tiles = useQuery({
    queryKey: ['strip', datasetId],
    queryFn: ({ signal }) =>
      callCloud(insightEndpoints.pageTiles, { params: { datasetId }, body: { offset: 0, limit: shown }, signal }),
    staleTime: 60_000,
  });
  const first = tiles.data?.tiles ?? [];
  return (
    <span className="dataset-strip" aria-hidden="true">
      {Array.from({ length: shown }, (_, at) => {
        const tile = first[at];
        return (
          <span className="thumb" key={tile?.id ?? at}>
            {tile?.b !== undefined && <BlurCanvas hash={tile.b} aspect={1} />}
          </span>
        );
      })}
    </span>
  );
}
