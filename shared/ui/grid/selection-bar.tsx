import { X } from 'lucide-react';
import type { ReactElement, ReactNode } from 'react';
import { CopyButton } from '../parts/copy-button.tsx';
import { count } from '../words/quantities.ts';
import { allSelected, noneSelected, type Selection, selectedCount, selectedIndices } from './selection.ts';
import type { GridTile } from './tile.tsx';
import type { TilePages } from './tile-pages.ts';

interface SelectionBarProps {
  selection: Selection;
  total: number;
  pages: TilePages<GridTile>;
  onSelect: (selection: Selection) => void;
  /** What else can be done with them. */
  children?: ReactNode;
}

const mostCopied = 20_000; // 40 pages of tiles

/** What can be done with the selected items; absent while nothing is selected. */
export function SelectionBar({ selection, total, pages, onSelect, children }: SelectionBarProps): ReactElement | null {
  const chosen = selectedCount(selection, total);
  if (chosen === 0) return null;
  const copy = async (): Promise<string> => {
    const tiles = await pages.gather(selectedIndices(selection, total, mostCopied), AbortSignal.timeout(60_000));
    return tiles.map((tile) => tile.ref).join('\n');
  };
  return (
    <div className="actbar sm" role="toolbar" aria-label="Selection">
      <b>{count(chosen)} selected</b>
      {chosen < total && (
        <button type="button" className="btn ghost dense" onClick={() => onSelect(allSelected)}>
          Select all {count(total)} <kbd className="hide-s">Ctrl</kbd>
          <kbd className="hide-s">A</kbd>
        </button>
      )}
      <span className="sep" />
      {children}
      {chosen <= mostCopied ? (
        <CopyButton text={copy} label={`Copy ${chosen === 1 ? 'id' : `${count(chosen)} ids`}`} />
      ) : (
        <span className="t2">Up to {count(mostCopied)} ids can be copied</span>
      )}
      <span className="sep" />
      <button
        type="button"
        className="btn ghost icon-only dense"
        aria-label="Clear selection"
        onClick={() => onSelect(noneSelected)}
      >
        <X className="icon s" aria-hidden="true" />
      </button>
    </div>
  );
}
