import { BlurCanvas } from '@nucleus/shared/ui/blur/blur-canvas.tsx';
import { insightEndpoints } from '@nucleus/shared/wire/insights';
import { useQuery } from '@tanstack/react-query';
import type { ReactElement } from 'react';
import { callCloud } from '../cloud/call-cloud.ts';

const shown = 5;
/** Formats without a blur may come first. */
const looked = 60;

/**
 * The first items of a dataset that left a blur. Decoration: the card's words say everything, and where nothing can be drawn nothing is.
 */
export function DatasetStrip({ datasetId }: { datasetId: string }): ReactElement {
  const tiles = useQuery({
    queryKey: ['strip', datasetId],
    queryFn: ({ signal }) =>
      callCloud(insightEndpoints.pageTiles, { params: { datasetId }, body: { offset: 0, limit: looked }, signal }),
    staleTime: 60_000,
  });
  const first = tiles.data?.tiles.filter(({ b }) => b !== undefined).slice(0, shown);
  if (first === undefined) return <span className="dataset-strip waits" aria-hidden="true" />;
  if (first.length === 0) return <span className="dataset-strip none xs t3">Nothing to draw yet</span>;
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
