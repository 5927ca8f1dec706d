import { failureCode, failureSentence } from '@nucleus/shared/ui/client/call-failure.ts';
import { count, counted } from '@nucleus/shared/ui/words/quantities.ts';
import { cutMiddle, visibleText } from '@nucleus/shared/ui/words/visible-text.ts';
import type { DatasetItem } from '@nucleus/shared/wire/dataset-item';
import { insightEndpoints } from '@nucleus/shared/wire/insights';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { Minus, Plus, X } from 'lucide-react';
import { type ReactElement, useState } from 'react';
import { callCloud } from '../cloud/call-cloud.ts';
import { PageLink } from '../frame/page-link.tsx';
import { datasetPath, type Find } from '../route.ts';
import { queryOf } from '../select/chosen.ts';
import { type Line, lines } from './neighbourhood.ts';
import { Neighbours } from './neighbours.tsx';
import { SimilarTile } from './similar-tile.tsx';

interface SimilarTabProps {
  datasetId: string;
  item: DatasetItem;
  /** What the page looks for; the search can be kept inside it. */
  find: Find;
}

type By = 'hash' | 'vector';
interface Examples {
  like: readonly string[];
  unlike: readonly string[];
}

const shown = 24;
const noExamples: Examples = { like: [], unlike: [] };
const byNames: Record<By, string> = { hash: 'Hash', vector: 'Vectors' };
const lineNames: Record<Line, string> = { time: 'Time', folder: 'Folder' };

/** Items like this one, by hash or by vector; with vectors, more examples and counter-examples narrow the search. */
export function SimilarTab({ datasetId, item, find }: SimilarTabProps): ReactElement {
  const referenceId = item.reference_id;
  const [line, setLine] = useState<Line>();
  const [wanted, setWanted] = useState<By>();
  const [examples, setExamples] = useState(noExamples);
  const [isInside, setInside] = useState(false);
  const query = isInside ? find.query : '';
  const similar = useQuery({
    queryKey: ['similar', datasetId, referenceId, wanted, examples, query],
    queryFn: ({ signal }) => {
      const body = {
        like: [referenceId, ...examples.like],
        unlike: [...examples.unlike],
        by: wanted,
        query,
        limit: shown,
      };
      return callCloud(insightEndpoints.findSimilar, { params: { datasetId }, body, signal });
    },
    placeholderData: keepPreviousData,
  });
  const by = wanted ?? similar.data?.by ?? 'hash';
  const choose = (next: By): void => {
    setLine(undefined);
    setWanted(next);
    if (next === 'hash') setExamples(noExamples);
  };
  const add = (list: keyof Examples, ref: string): void =>
    setExamples({ ...examples, [list]: [...examples[list], ref] });
  const drop = (list: keyof Examples, ref: string): void =>
    setExamples({ ...examples, [list]: examples[list].filter((each) => each !== ref) });
  const items = similar.isError ? [] : (similar.data?.items ?? []);
  return (
    <>
      <div className="row wrap">
        {/* biome-ignore lint/a11y/useSemanticElements: a fieldset would bring a border and a legend */}
        <span className="seg" role="group" aria-label="Compare by">
          {(['hash', 'vector'] as const).map((each) => (
            <button
              key={each}
              type="button"
              aria-pressed={line === undefined && by === each}
              onClick={() => choose(each)}
            >
              {byNames[each]}
            </button>
          ))}
          {lines.map((each) => (
            <button key={each} type="button" aria-pressed={line === each} onClick={() => setLine(each)}>
              {lineNames[each]}
            </button>
          ))}
        </span>
        {find.query !== '' && line === undefined && (
          <label className="row g2 sm t2">
            <input type="checkbox" checked={isInside} onChange={({ target }) => setInside(target.checked)} />
            Within the query
          </label>
        )}
        <span className="end sm t2" role="status">
          {line === undefined &&
            reachOf(
              by,
              items.map(({ distance }) => distance ?? 0),
            )}
        </span>
      </div>
      {line !== undefined && <Neighbours datasetId={datasetId} item={item} line={line} find={find} />}
      {line === undefined && by === 'vector' && (
        <div className="row wrap g2">
          <span className="pill in">
            <Plus className="icon s" aria-hidden="true" />
            like this one
          </span>
          {(['like', 'unlike'] as const).flatMap((list) =>
            examples[list].map((ref) => (
              <ExampleChip key={`${list} ${ref}`} name={ref} isLike={list === 'like'} onDrop={() => drop(list, ref)} />
            )),
          )}
        </div>
      )}
      {line !== undefined ? null : similar.isError ? (
        <p className={`note ${isExpected(similar.error) ? 'w' : 'd'}`} role="alert">
          {sentenceOf(similar.error)}
        </p>
      ) : similar.data === undefined ? (
        <div className="similar-wait" aria-busy="true" />
      ) : items.length === 0 ? (
        <p className="sm t2">
          Nothing to compare with: no other item here has {by === 'hash' ? 'a hash' : 'a vector'}.
        </p>
      ) : (
        <>
          <ul className={`similar${similar.isPlaceholderData ? ' dim' : ''}`} aria-label="Similar items">
            {items.map((item) => (
              <SimilarTile
                key={item.tile.id}
                datasetId={datasetId}
                find={find}
                tile={item.tile}
                nearness={item.distance === undefined ? (item.score ?? 0).toFixed(2) : counted(item.distance, 'bit')}
                onExample={by === 'vector' ? (list) => add(list, item.tile.ref) : undefined}
              />
            ))}
          </ul>
          <PageLink
            to={datasetPath(datasetId, { query: queryOf({ reference_ids: items.map(({ tile }) => tile.ref) }) })}
            className="btn"
          >
            Open {count(items.length)} as grid
          </PageLink>
        </>
      )}
    </>
  );
}

function ExampleChip(props: { name: string; isLike: boolean; onDrop: () => void }): ReactElement {
  const name = visibleText(props.name);
  const Sign = props.isLike ? Plus : Minus;
  return (
    <span className={`pill ${props.isLike ? 'in' : 'd'}`} title={name}>
      <Sign className="icon s" aria-hidden="true" />
      {cutMiddle(name, 18)}
      <button
        type="button"
        className="pill-x"
        aria-label={`Take ${name} out of the ${props.isLike ? 'examples' : 'counter-examples'}`}
        onClick={props.onDrop}
      >
        <X className="icon s" aria-hidden="true" />
      </button>
    </span>
  );
}

function reachOf(by: By, distances: readonly number[]): string {
  if (by === 'vector' || distances.length === 0) return '';
  return `up to ${Math.max(...distances)} of 64 bits`;
}

function isExpected(error: unknown): boolean {
  return ['perceptual-hash-missing', 'vector-missing'].includes(failureCode(error));
}

function sentenceOf(error: unknown): string {
  if (failureCode(error) === 'vector-missing')
    return 'Not every example has a vector. Upload vectors, send them from sidecar files at level rich, or compare by hash.';
  if (failureCode(error) === 'perceptual-hash-missing')
    return 'No perceptual hash of this item left the premises, so there is nothing to compare.';
  return failureSentence(error);
}
