import { Dialog } from '@nucleus/shared/ui/parts/dialog.tsx';
import { count, counted } from '@nucleus/shared/ui/words/quantities.ts';
import { visibleText } from '@nucleus/shared/ui/words/visible-text.ts';
import { Tag } from 'lucide-react';
import { type ReactElement, useState } from 'react';
import { useTags } from '../tags/use-tags.ts';

interface TagDialogProps {
  datasetId: string;
  /** How many items it is about. */
  chosen: number;
  /** They are all results of a query, only some of them loaded. */
  isAll: boolean;
  onTag: (change: { add: string[]; remove: string[] }) => void;
  onClose: () => void;
}

const mostOffered = 40;

/** Asks which tag goes on, or off, the selected items. */
export function TagDialog({ datasetId, chosen, isAll, onTag, onClose }: TagDialogProps): ReactElement {
  const [typed, setTyped] = useState('');
  const tags = useTags(datasetId, '').data?.tags ?? [];
  const name = typed.trim();
  const isUsable = name.length > 0 && name.length <= 64 && !name.includes('"');
  const offered = tags.filter(({ tag }) => tag.toLowerCase().includes(name.toLowerCase())).slice(0, mostOffered);
  const put = (add: string[], remove: string[]): void => {
    onTag({ add, remove });
    onClose();
  };
  return (
    <Dialog title={`Tag ${counted(chosen, 'item')}`} size="small" onClose={onClose}>
      <form
        className="dialog-body"
        onSubmit={(event) => {
          event.preventDefault();
          if (isUsable) put([name], []);
        }}
      >
        {isAll && <p className="sm t2">All results of this query. You can undo this for 10 minutes.</p>}
        <div className="row">
          <span className="inp tall grow">
            <Tag className="icon s t3" aria-hidden="true" />
            <input
              aria-label="Tag"
              placeholder="A word for these items"
              value={typed}
              maxLength={64}
              data-first
              onChange={(event) => setTyped(event.target.value)}
            />
          </span>
          <button type="submit" className="btn lead big" disabled={!isUsable}>
            Tag {count(chosen)}
          </button>
        </div>
        {offered.length > 0 && (
          <ul className="tag-list" aria-label="Tags of this dataset">
            {offered.map(({ tag, count: items }) => (
              <li key={tag} className="row">
                <button type="button" className="chip" onClick={() => put([tag], [])}>
                  <Tag className="icon s" aria-hidden="true" />
                  {visibleText(tag)}
                </button>
                <span className="sm t3">{counted(items, 'item')}</span>
                <button
                  type="button"
                  className="btn ghost dense end"
                  aria-label={`Take ${visibleText(tag)} off`}
                  onClick={() => put([], [tag])}
                >
                  Take off
                </button>
              </li>
            ))}
          </ul>
        )}
        {tags.length === 0 && (
          <p className="sm t3">This dataset has no tags yet. Tags are for your team; the agent never sees them.</p>
        )}
      </form>
    </Dialog>
  );
}
