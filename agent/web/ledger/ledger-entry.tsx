import { failureSentence } from '@nucleus/shared/ui/client/call-failure.ts';
import { useKeys } from '@nucleus/shared/ui/keyboard/use-keys.ts';
import { CopyButton } from '@nucleus/shared/ui/parts/copy-button.tsx';
import { JsonView } from '@nucleus/shared/ui/parts/json-view.tsx';
import { Perimeter } from '@nucleus/shared/ui/parts/perimeter.tsx';
import { bytes, count, counted, moment, shortHash } from '@nucleus/shared/ui/words/quantities.ts';
import { localEndpoints } from '@nucleus/shared/wire/local';
import { useQuery } from '@tanstack/react-query';
import { X } from 'lucide-react';
import { type ReactElement, useState } from 'react';
import { callAgent } from '../session/viewer-session.ts';
import { Answer } from './answer.tsx';

interface LedgerEntryProps {
  n: number;
  /** What the body is searched for at first. */
  text: string;
  onClose: () => void;
}

const linesAtOnce = 20;

/** One attempt: its place in the chain and its body, line by line. */
export function LedgerEntry({ n, text: wanted, onClose }: LedgerEntryProps): ReactElement {
  const found = useQuery({
    queryKey: ['ledger-entry', n],
    queryFn: ({ signal }) => callAgent(localEndpoints.getLedgerEntry, { params: { n: String(n) }, signal }),
  });
  const [shown, setShown] = useState(linesAtOnce);
  const [text, setText] = useState(wanted);
  useKeys({ escape: onClose });
  const { data } = found;
  const lines = (data?.body ?? '').split('\n').filter((line) => line !== '' && line.includes(text));
  return (
    <aside className="panel" aria-label="Entry">
      <div className="row panel-head">
        <h2>Entry {count(n)}</h2>
        <span className="row g2 end">
          {data !== undefined && <CopyButton text={data.body} name="Copy the body as sent" />}
          <button
            type="button"
            className="btn ghost icon-only dense"
            aria-label="Close (Esc)"
            title="Close (Esc)"
            onClick={onClose}
          >
            <X className="icon s" aria-hidden="true" />
          </button>
        </span>
      </div>
      <div className="panel-body">
        {found.isError && (
          <p className="note d" role="alert">
            {failureSentence(found.error)}
          </p>
        )}
        {data !== undefined && (
          <>
            <dl className="kv">
              <dt>Sent</dt>
              <dd>{moment(data.entry.at)}</dd>
              <dt>Answer</dt>
              <dd>
                <Answer status={data.entry.status} />
              </dd>
              <dt>To</dt>
              <dd className="mono brk">{data.entry.url_path}</dd>
              <dt>Body</dt>
              <dd>
                {bytes(data.entry.body_bytes)}
                {data.entry.kind === 'changes' &&
                  `, ${counted(data.entry.changes, 'record')} of ${data.entry.source ?? ''}`}
              </dd>
              <dt>SHA-256 of it</dt>
              <dd className="mono brk">{data.sha256}</dd>
            </dl>
            <div className="chain xs mono">
              <span>
                before
                <b>{shortHash(data.prev)}</b>
              </span>
              <span className="on">
                {count(n)}
                <b>{shortHash(data.entry.hash)}</b>
              </span>
            </div>
            <Perimeter words="all below left" />
            {lines.length > 1 || text !== '' ? (
              <label className="inp">
                <span className="sr">Search the body</span>
                <input
                  type="search"
                  placeholder="Search the body"
                  value={text}
                  onChange={(event) => {
                    setText(event.target.value);
                    setShown(linesAtOnce);
                  }}
                />
              </label>
            ) : null}
            {lines.length === 0 && (
              <p className="sm t2">{text === '' ? 'The body is empty.' : 'No line of the body holds that.'}</p>
            )}
            {lines.slice(0, shown).map((line, at) => (
              <Line key={`${at} ${line.length}`} line={line} />
            ))}
            {lines.length > shown && (
              <button type="button" className="btn" onClick={() => setShown(shown + 100)}>
                Show more of {count(lines.length)} lines
              </button>
            )}
            {data.is_cut && (
              <p className="xs t3">The first megabyte is shown; nucleus-agent ledger show {n} prints all.</p>
            )}
          </>
        )}
      </div>
    </aside>
  );
}

function Line({ line }: { line: string }): ReactElement {
  try {
    return <JsonView value={JSON.parse(line)} label="Line of the body" />;
  } catch {
    return <pre className="code">{line}</pre>;
  }
}
