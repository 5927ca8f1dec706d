import { BlurCanvas } from '@nucleus/shared/ui/blur/blur-canvas.tsx';
import { BitsBar } from '@nucleus/shared/ui/parts/bits-bar.tsx';
import { CopyButton } from '@nucleus/shared/ui/parts/copy-button.tsx';
import { JsonView } from '@nucleus/shared/ui/parts/json-view.tsx';
import { LevelMark } from '@nucleus/shared/ui/parts/level-mark.tsx';
import { bytes, count, moment, shortHash } from '@nucleus/shared/ui/words/quantities.ts';
import type { ReplyOf } from '@nucleus/shared/wire/endpoint';
import type { localEndpoints } from '@nucleus/shared/wire/local';
import type { LedgerEntryView } from '@nucleus/shared/wire/local-item';
import type { ReactElement } from 'react';

interface WhatLeftProps {
  left: ReplyOf<typeof localEndpoints.getWhatLeft>;
  aspect: number;
}

function parsed(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return undefined;
  }
}

/** The blurhash in a sent body, wherever the record stands in it. */
function blurhashIn(value: unknown): string | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  for (const [key, inner] of Object.entries(value)) {
    if (key === 'blurhash' && typeof inner === 'string') return inner;
    const found = blurhashIn(inner);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** The exact bytes that left for one file, how many bits of it are pixels, and where the ledger has them. */
export function WhatLeft({ left, aspect }: WhatLeftProps): ReactElement {
  if (left.body === null) {
    return (
      <section className="col">
        <div className="row">
          <h2>Nothing has left yet</h2>
          <span className="end">
            <LevelMark level={left.level} />
          </span>
        </div>
        <p className="sm t2">The record is written to the ledger before it is sent; it will stand here then.</p>
      </section>
    );
  }
  const record = parsed(left.body);
  const blurhash = blurhashIn(record);
  return (
    <>
      <div className="row">
        <h2 className="c-cl">What left</h2>
        <span className="end">
          <LevelMark level={left.level} />
        </span>
      </div>
      <BitsBar fields={left.fields} budget={left.budget_bits} />
      {blurhash !== undefined && (
        <div className="row left-picture">
          <span className="thumb left-blur" style={{ aspectRatio: aspect }}>
            <BlurCanvas key={blurhash} hash={blurhash} aspect={aspect} />
          </span>
          <p className="sm t2 grow">
            What an attacker could draw at least from the blurhash alone. The perceptual hash adds a 64-bit picture of
            the luma.
          </p>
        </div>
      )}
      <section className="col g3">
        <div className="row">
          <h3>Exact body{left.revision !== null && `, revision ${count(left.revision)}`}</h3>
          <span className="end t3 xs">{bytes(left.body_bytes)}</span>
          <CopyButton text={left.body} name="Copy the bytes as sent" />
        </div>
        {record === undefined ? (
          <pre className="code">{left.body}</pre>
        ) : (
          <JsonView value={record} label="Body as JSON" />
        )}
        <p className="xs t3">Indented for reading. The copy button gives the bytes as they were sent.</p>
      </section>
      <section className="col g3">
        <h3>Ledger</h3>
        {left.entries.length === 0 && (
          <p className="sm t2">The entries of this file were pruned; the chain keeps their hash.</p>
        )}
        {left.entries.map((entry) => (
          <LedgerEntry key={entry.n} entry={entry} />
        ))}
      </section>
    </>
  );
}

function LedgerEntry({ entry }: { entry: LedgerEntryView }): ReactElement {
  const isTaken = entry.status !== null && entry.status < 300;
  return (
    <div className="entry sm">
      <div className="row">
        <b className="mono">#{count(entry.n)}</b>
        <span className="t2">{moment(entry.at)}</span>
        <span className={`end ${isTaken ? '' : 'c-w'}`}>
          {entry.status === null
            ? 'no answer noted'
            : isTaken
              ? `acknowledged, ${entry.status}`
              : `${entry.status}, not taken`}
        </span>
      </div>
      <div className="row xs t3">
        <span className="mono cut" title={entry.hash}>
          {shortHash(entry.hash)}
        </span>
        <span className="mono cut">{entry.url_path}</span>
        <span className="end nowrap">{bytes(entry.body_bytes)}</span>
      </div>
    </div>
  );
}
