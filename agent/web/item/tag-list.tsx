import { failureSentence } from '@nucleus/shared/ui/client/call-failure.ts';
import { visibleText } from '@nucleus/shared/ui/words/visible-text.ts';
import { type ReactElement, useState } from 'react';
import { useTags } from './use-item.ts';

/** Every tag that the file itself holds. */
export function TagList({ fileKey }: { fileKey: string }): ReactElement {
  const tags = useTags(fileKey, true);
  const [text, setText] = useState('');
  if (tags.isError) {
    return (
      <p className="note d" role="alert">
        {failureSentence(tags.error)}
      </p>
    );
  }
  if (tags.data === undefined) return <p className="sm t3">Reading the file…</p>;
  const wanted = text.trim().toLowerCase();
  const groups = tags.data.groups
    .map(({ group, tags: all }) => ({
      group,
      tags: all.filter(({ name, value }) => `${group} ${name} ${value}`.toLowerCase().includes(wanted)),
    }))
    .filter((group) => group.tags.length > 0);
  const total = tags.data.groups.reduce((sum, group) => sum + group.tags.length, 0);
  return (
    <>
      <p className="note in sm">
        Read from the file now, shown on this page and kept nowhere. Only what “What left” shows has ever left.
      </p>
      {total === 0 ? (
        <p className="sm t2">The file holds no tags.</p>
      ) : (
        <label className="inp">
          <span className="sr">Search tags</span>
          <input
            type="search"
            placeholder={`Search ${total} tags`}
            value={text}
            onChange={(event) => setText(event.target.value)}
          />
        </label>
      )}
      {groups.map((group) => (
        <section key={group.group}>
          <h3>{visibleText(group.group)}</h3>
          <dl className="kv tags">
            {group.tags.map(({ name, value }, at) => (
              <div key={`${at} ${name}`}>
                <dt>{visibleText(name)}</dt>
                {value === '' ? <dd className="t3">empty</dd> : <dd>{visibleText(value)}</dd>}
              </div>
            ))}
          </dl>
        </section>
      ))}
      {tags.data.is_cut && <p className="xs t3">There are more; the first 2,000 are shown.</p>}
    </>
  );
}
