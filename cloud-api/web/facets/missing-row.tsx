import type { FacetChoice } from '@nucleus/shared/query/facet-choice';
import type { ReactElement } from 'react';
import { FacetRow } from './facet-row.tsx';

interface MissingRowProps {
  /** Items that lack the field. */
  items: number;
  choice: FacetChoice;
  onChoice: (choice: FacetChoice) => void;
}

/** The items that lack a field; absent where every item has it. Asking for them alone excludes asking for values. */
export function MissingRow({ items, choice, onChoice }: MissingRowProps): ReactElement | null {
  if (items === 0 && choice.missing === undefined) return null;
  const toggle = (leavesOut: boolean): void => {
    const wanted = leavesOut ? 'left-out' : 'only';
    if (choice.missing === wanted) onChoice({ ...choice, missing: undefined });
    else if (wanted === 'only') onChoice({ anyOf: [], leftOut: [], missing: 'only' });
    else onChoice({ ...choice, missing: 'left-out' });
  };
  return (
    <FacetRow
      label="missing"
      items={items}
      share={0}
      isQuiet
      state={choice.missing === 'only' ? 'any' : choice.missing === 'left-out' ? 'out' : 'off'}
      onToggle={toggle}
    />
  );
}
