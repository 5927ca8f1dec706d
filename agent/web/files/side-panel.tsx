import { count } from '@nucleus/shared/ui/words/quantities.ts';
import type { LocalItem } from '@nucleus/shared/wire/local-item';
import type { ReactElement } from 'react';
import type { Find } from '../route.ts';
import { type LocalSource, waiting } from '../sources/source-words.ts';
import { belowFolder, chosenValue, folderOf, withValues } from './conditions.ts';
import { FolderTree } from './folder-tree.tsx';

interface SidePanelProps {
  sources: readonly LocalSource[];
  find: Find;
  onQuery: (query: string) => void;
}

/** Folders, and what has not reached the cloud with the reason; both write the query. */
export function SidePanel({ sources, find, onQuery }: SidePanelProps): ReactElement {
  const alias = chosenValue(find.query, 'source');
  const folder = folderOf(chosenValue(find.query, 'path'));
  const owner = alias ?? (sources.length === 1 ? sources[0]?.alias : undefined);
  const chosen =
    owner === undefined || (alias === undefined && folder === undefined)
      ? undefined
      : { source: owner, path: folder ?? '' };
  const state = chosenValue(find.query, 'state');
  const sum = (of: (source: LocalSource) => number): number =>
    sources.reduce((total, source) => total + Math.max(0, of(source)), 0);
  const standing: { state: LocalItem['state']; words: string; files: number }[] = [
    {
      state: 'pending',
      words: 'waiting to be read',
      files: sum((source) => (source.state === 'suspended' ? 0 : waiting(source))),
    },
    { state: 'queued', words: 'queued', files: sum((source) => source.queued) },
    { state: 'dead-letter', words: 'refused for good', files: sum((source) => source.dead_letters) },
    { state: 'exception', words: 'exception', files: sum((source) => source.exceptions) },
  ];
  const largest = Math.max(1, ...standing.map(({ files }) => files));
  const excluded = sum((source) => source.excluded);
  return (
    <aside className="side" aria-label="Folders and states">
      <h2 className="side-head">Folders</h2>
      <FolderTree
        sources={sources}
        chosen={chosen}
        onChoose={(place) =>
          onQuery(
            withValues(find.query, {
              source: place !== undefined && sources.length > 1 ? place.source : undefined,
              path: place === undefined || place.path === '' ? undefined : belowFolder(place.path),
            }),
          )
        }
      />
      <section className="side-states" aria-label="Why not synced">
        <h3>Why not synced</h3>
        {standing.map((row) => (
          <button
            type="button"
            key={row.state}
            className="side-state"
            aria-pressed={state === row.state}
            disabled={row.files === 0 && state !== row.state}
            onClick={() => onQuery(withValues(find.query, { state: state === row.state ? undefined : row.state }))}
          >
            <span className="cut">{row.words}</span>
            <span className="t3">{count(row.files)}</span>
            <span className="side-bar" style={{ width: `${(100 * row.files) / largest}%` }} />
          </button>
        ))}
        {excluded > 0 && (
          <p className="side-state off">
            <span className="cut">excluded by a rule</span>
            <span className="t3">{count(excluded)}</span>
          </p>
        )}
      </section>
    </aside>
  );
}
