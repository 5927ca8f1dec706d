import { Dialog } from '@nucleus/shared/ui/parts/dialog.tsx';
import { visibleText } from '@nucleus/shared/ui/words/visible-text.ts';
import type { FieldView } from '@nucleus/shared/wire/insights';
import { ArrowDown, ArrowUp, Columns3 } from 'lucide-react';
import { type ReactElement, useState } from 'react';
import { facetName } from '../facets/choose-facets.ts';
import type { Find } from '../route.ts';
import { mostColumns } from './list-columns.ts';

interface ListHeadProps {
  columns: readonly string[];
  fields: readonly FieldView[];
  sort: Find['sort'];
  onSort: (sort: Find['sort']) => void;
  onColumns: (columns: string[]) => void;
}

/** The head of the list: a click on a name sorts by it, a second one turns the order around. */
export function ListHead({ columns, fields, sort, onSort, onColumns }: ListHeadProps): ReactElement {
  const [isChoosing, setChoosing] = useState(false);
  const head = (field: string, label: string, className = ''): ReactElement => {
    const isOn = sort?.field === field;
    const Sign = sort?.descending ? ArrowDown : ArrowUp;
    const order = isOn ? (sort.descending ? ', descending' : ', ascending') : '';
    return (
      <button
        key={field}
        type="button"
        className={`${className}${isOn ? ' on' : ''}`}
        aria-label={`Sort by ${label}${order}`}
        onClick={() => onSort({ field, descending: isOn && !sort.descending })}
      >
        <span className="cut">{label}</span>
        {isOn && <Sign className="icon s" aria-hidden="true" />}
      </button>
    );
  };
  return (
    <div className="list-head list-cols">
      <button
        type="button"
        className="list-choose"
        aria-label="Columns"
        title="Columns"
        onClick={() => setChoosing(true)}
      >
        <Columns3 className="icon s" aria-hidden="true" />
      </button>
      <span />
      {head('reference_id', 'name')}
      {head('width', 'size', 'num')}
      <span>tags</span>
      {columns.map((column) => head(column, visibleText(column.replace(/^metadata\./, '').replaceAll('_', ' '))))}
      {isChoosing && (
        <ColumnsDialog columns={columns} fields={fields} onColumns={onColumns} onClose={() => setChoosing(false)} />
      )}
    </div>
  );
}

interface ColumnsDialogProps {
  columns: readonly string[];
  fields: readonly FieldView[];
  onColumns: (columns: string[]) => void;
  onClose: () => void;
}

function ColumnsDialog({ columns, fields, onColumns, onClose }: ColumnsDialogProps): ReactElement {
  const names = fields.filter(({ distinct }) => distinct > 0).map(({ name }) => facetName(name));
  const isFull = columns.length >= mostColumns;
  return (
    <Dialog title="Columns" hint={`Up to ${mostColumns}`} size="small" onClose={onClose}>
      <div className="dialog-body">
        <ul className="tag-list" aria-label="Fields">
          {names.map((name) => {
            const isOn = columns.includes(name);
            return (
              <li key={name}>
                <label className="row g2">
                  <input
                    type="checkbox"
                    checked={isOn}
                    disabled={isFull && !isOn}
                    onChange={() => onColumns(isOn ? columns.filter((each) => each !== name) : [...columns, name])}
                  />
                  <span className="mono sm">{visibleText(name)}</span>
                </label>
              </li>
            );
          })}
        </ul>
      </div>
    </Dialog>
  );
}
