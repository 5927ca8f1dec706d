import type { CompletionOption } from '@nucleus/shared/wire/insights';
import { Clock, Equal, Hash, Plus, Tag } from 'lucide-react';
import type { ReactElement } from 'react';
import { count } from '../words/quantities.ts';

/** One line of the list under the query bar. */
export interface BarOption {
  kind: CompletionOption['kind'] | 'recent';
  label: string;
  detail?: string | undefined;
  /** Text that replaces the range at the caret, or the whole query for a recent one. */
  insert: string;
}

interface OptionListProps {
  id: string;
  /** Pixels from the bar's edge. */
  left: number;
  options: readonly BarOption[];
  chosen: number;
  onPick: (option: BarOption) => void;
}

const titles: Record<BarOption['kind'], string> = {
  field: 'Fields',
  operator: 'Operators',
  value: 'Values',
  joiner: 'Go on',
  recent: 'Recent',
};
const signs = { field: Hash, operator: Equal, value: Tag, joiner: Plus, recent: Clock } as const;

export function optionId(list: string, at: number): string {
  return `${list}-${at}`;
}

/** What can come next in a query, under the bar. */
export function OptionList({ id, left, options, chosen, onPick }: OptionListProps): ReactElement {
  const kinds = [...new Set(options.map(({ kind }) => kind))];
  return (
    <div className="pop options" style={{ left }}>
      <div id={id} className="options-list" role="listbox" aria-label="Ways to go on">
        {kinds.map((kind) => (
          // biome-ignore lint/a11y/useSemanticElements: a listbox takes groups, not fieldsets
          <div key={kind} role="group" aria-label={titles[kind]}>
            <div className="options-title" role="presentation">
              {titles[kind]}
            </div>
            {options.map((option, at) => {
              if (option.kind !== kind) return null;
              const Sign = signs[kind];
              return (
                // biome-ignore lint/a11y/useFocusableInteractive: the combobox keeps the focus and points at its option
                // biome-ignore lint/a11y/useKeyWithClickEvents: the combobox takes the keys
                <div
                  key={`${option.kind} ${option.label}`}
                  id={optionId(id, at)}
                  className="opt"
                  role="option"
                  aria-selected={at === chosen}
                  ref={at === chosen ? (element) => element?.scrollIntoView({ block: 'nearest' }) : undefined}
                  onMouseDown={(event) => event.preventDefault()}
                  onClick={() => onPick(option)}
                >
                  <Sign className="icon s t3" aria-hidden="true" />
                  <span className="mono cut">{option.label}</span>
                  {option.detail !== undefined && <span className="end t3 nowrap">{option.detail}</span>}
                </div>
              );
            })}
          </div>
        ))}
      </div>
      <p className="options-keys xs t3 hide-s">
        <kbd>↑</kbd> <kbd>↓</kbd> choose <kbd>Tab</kbd> insert <kbd>Enter</kbd> run <kbd>Esc</kbd> close
        <span className="sr">{count(options.length)} options</span>
      </p>
    </div>
  );
}
