import { failureSentence } from '@nucleus/shared/ui/client/call-failure.ts';
import { cutMiddle, visibleText } from '@nucleus/shared/ui/words/visible-text.ts';
import type { DatasetItem } from '@nucleus/shared/wire/dataset-item';
import { insightEndpoints } from '@nucleus/shared/wire/insights';
import { useQuery } from '@tanstack/react-query';
import type { ReactElement } from 'react';
import { callCloud } from '../cloud/call-cloud.ts';
import { PageLink } from '../frame/page-link.tsx';
import { datasetPath, type Find } from '../route.ts';
import { awayWords, type Line, type Neighbourhood, neighbourhoodOf } from './neighbourhood.ts';
import { SimilarTile } from './similar-tile.tsx';

interface NeighboursProps {
  datasetId: string;
  item: DatasetItem;
  line: Line;
  find: Find;
}

const oneSide = 12;
const nameLetters = 14;
const withoutLine: Record<Line, string> = {
  time: 'When this item was taken is not known.',
  folder: 'Its name is a pseudonym: the folder stayed inside.',
};

/** What stands before and after an item in the whole dataset, nearest in the middle. */
export function Neighbours({ datasetId, item, line, find }: NeighboursProps): ReactElement {
  const around = neighbourhoodOf(line, item);
  const near = useQuery({
    queryKey: ['neighbours', datasetId, line, around],
    queryFn: ({ signal }) => (around === undefined ? [] : bothSides(datasetId, around, signal)),
  });
  if (around === undefined) return <p className="note w sm">{withoutLine[line]}</p>;
  if (near.isError) {
    return (
      <p className="note d" role="alert">
        {failureSentence(near.error)}
      </p>
    );
  }
  if (near.data === undefined) return <div className="similar-wait" aria-busy="true" />;
  const others = near.data.filter(({ ref }) => ref !== item.reference_id);
  const own = item.metadata[around.field];
  if (others.length === 0) return <p className="sm t2">No other item stands beside this one.</p>;
  const nameIn = (ref: string): string => cutMiddle(visibleText(ref.slice(ref.lastIndexOf('/') + 1)), nameLetters);
  return (
    <>
      <ul className="similar" aria-label={line === 'time' ? 'Before and after in time' : 'Before and after by name'}>
        {others.map((tile) => (
          <SimilarTile
            key={tile.id}
            datasetId={datasetId}
            find={find}
            tile={tile}
            nearness={line === 'time' ? awayWords(String(own), String(tile.m?.[0])) : nameIn(tile.ref)}
          />
        ))}
      </ul>
      <PageLink
        to={datasetPath(datasetId, { query: '', sort: { field: around.field, descending: false } })}
        className="btn"
      >
        Open all in this order
      </PageLink>
    </>
  );
}

async function bothSides(datasetId: string, { field, before, after }: Neighbourhood, signal: AbortSignal) {
  const side = (query: string, descending: boolean) =>
    callCloud(insightEndpoints.pageTiles, {
      params: { datasetId },
      // its own place may be among those after it
      body: {
        offset: 0,
        limit: oneSide + 1,
        query,
        sort: { field, descending },
        fields: field === 'reference_id' ? [] : [field],
      },
      signal,
    });
  const [earlier, later] = await Promise.all([side(before, true), side(after, false)]);
  return [...earlier.tiles.slice(0, oneSide).toReversed(), ...later.tiles];
}
