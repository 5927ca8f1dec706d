import { moment } from '@nucleus/shared/ui/words/quantities.ts';
import { visibleText } from '@nucleus/shared/ui/words/visible-text.ts';
import type { KeyView } from '@nucleus/shared/wire/keys';
import type { ReactElement } from 'react';
import { endOf, usedWords } from './key-words.ts';

interface KeyRowProps {
  item: KeyView;
  /** Names of datasets by id. */
  names: ReadonlyMap<string, string>;
  nowMs: number;
  onRevoke: () => void;
}

/** One key: what it may, where it reaches, from where, and until when. */
export function KeyRow({ item, names, nowMs, onRevoke }: KeyRowProps): ReactElement {
  const end = endOf(item, nowMs);
  return (
    <tr className={end.isEnded ? 'key-ended' : ''}>
      <td>
        <b>{visibleText(item.label) || 'without a label'}</b>
        <div className="mono xs t3">{item.key_id}</div>
      </td>
      <td>
        <span className="key-scopes">
          {item.scopes.map((scope) => (
            <span key={scope} className="pill sq">
              {scope}
            </span>
          ))}
          {item.kind === 'limited' && <span className="pill sq w">limited</span>}
          {item.mode === 'test' && <span className="pill sq cl">test</span>}
        </span>
      </td>
      <td className="t2">{reachOf(item, names)}</td>
      <td className="mono xs t2">{item.addresses === null ? 'any' : item.addresses.join(', ')}</td>
      <td className="t2 nowrap">{usedWords(item.last_used_at_ms, nowMs)}</td>
      <td
        className={`nowrap ${end.tone || 't2'}`}
        title={item.expires_at_ms === null ? undefined : moment(item.expires_at_ms)}
      >
        {end.words}
      </td>
      <td className="num">
        {!end.isEnded && (
          <button
            type="button"
            className="btn ghost dense"
            aria-label={`Revoke ${visibleText(item.label || item.key_id)}`}
            onClick={onRevoke}
          >
            Revoke
          </button>
        )}
      </td>
    </tr>
  );
}

function reachOf(item: KeyView, names: ReadonlyMap<string, string>): string {
  if (item.agent_id !== null) return `agent ${item.agent_id}`;
  if (item.dataset_ids === null) return 'all datasets';
  return item.dataset_ids.map((id) => visibleText(names.get(id) ?? id)).join(', ');
}
