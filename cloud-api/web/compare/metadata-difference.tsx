import { visibleText } from '@nucleus/shared/ui/words/visible-text.ts';
import type { DatasetItem } from '@nucleus/shared/wire/dataset-item';
import { type ReactElement, useState } from 'react';
import { bitsApart, differences } from './differences.ts';

/** Field by field, what two items say. */
export function MetadataDifference({ first, second }: { first: DatasetItem; second: DatasetItem }): ReactElement {
  const [showsAll, setShowsAll] = useState(false);
  const rows = differences(first, second);
  const apart = bitsApart(first.phash, second.phash);
  const shown = showsAll ? rows : rows.filter((row) => !row.isEqual);
  return (
    <section className="compare-fields" aria-label="Metadata">
      <header className="row">
        <h2>Metadata</h2>
        <label className="row g5 sm">
          <input type="checkbox" checked={!showsAll} onChange={() => setShowsAll(!showsAll)} />
          Only differences
        </label>
        {apart !== undefined && (
          <span className="end sm t2">
            Hash distance <b>{apart} of 64 bits</b>
          </span>
        )}
      </header>
      {shown.length === 0 ? (
        <p className="sm t2">Every field says the same of both.</p>
      ) : (
        <div className="tscroll">
          <table>
            <thead>
              <tr>
                <th>Field</th>
                <th>
                  <span className="sr">Same</span>
                </th>
                <th>A</th>
                <th>B</th>
              </tr>
            </thead>
            <tbody>
              {shown.map((row) => (
                <tr key={row.field}>
                  <th scope="row">{row.field.replaceAll('_', ' ')}</th>
                  <td className={row.isEqual ? 't3' : 'differs'}>
                    <span aria-hidden="true">{row.isEqual ? '=' : '≠'}</span>
                    <span className="sr">{row.isEqual ? 'same' : 'different'}</span>
                  </td>
                  <td className="mono">{visibleText(row.first)}</td>
                  <td className="mono">{visibleText(row.second)}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
    </section>
  );
}
