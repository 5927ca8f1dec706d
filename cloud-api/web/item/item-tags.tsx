import { visibleText } from '@nucleus/shared/ui/words/visible-text.ts';
import { Plus, X } from 'lucide-react';
import type { ReactElement } from 'react';
import { queryOf } from '../select/chosen.ts';
import { TagDialog } from '../select/tag-dialog.tsx';
import { changeTags, useTags } from '../tags/use-tags.ts';

interface ItemTagsProps {
  datasetId: string;
  referenceId: string;
  /** T tags what is selected instead. */
  isSelecting: boolean;
  isAsking: boolean;
  onAsk: (isAsking: boolean) => void;
  /** Told when tags have changed. */
  onChanged: () => void;
}

/** The tags of one item: each can be taken off, another put on, and all of it undone. */
export function ItemTags(props: ItemTagsProps): ReactElement {
  const { datasetId, referenceId, isSelecting, isAsking, onAsk, onChanged } = props;
  const items = { reference_ids: [referenceId] };
  const tags = useTags(datasetId, queryOf(items)).data?.tags.filter(({ count }) => count > 0) ?? [];
  const change = (add: string[], remove: string[]): void =>
    void changeTags(datasetId, { items, add, remove }, onChanged);
  return (
    <section className="field-group">
      <h2>Tags</h2>
      <div className="row wrap g2">
        {tags.map(({ tag }) => (
          <span key={tag} className="pill">
            {visibleText(tag)}
            <button
              type="button"
              className="pill-x"
              aria-label={`Take tag ${visibleText(tag)} off`}
              onClick={() => change([], [tag])}
            >
              <X className="icon s" aria-hidden="true" />
            </button>
          </span>
        ))}
        <button type="button" className="btn ghost dense" onClick={() => onAsk(true)}>
          <Plus className="icon s" aria-hidden="true" />
          Tag {!isSelecting && <kbd>T</kbd>}
        </button>
      </div>
      {isAsking && (
        <TagDialog
          datasetId={datasetId}
          chosen={1}
          isAll={false}
          onTag={({ add, remove }) => change(add, remove)}
          onClose={() => onAsk(false)}
        />
      )}
    </section>
  );
}
