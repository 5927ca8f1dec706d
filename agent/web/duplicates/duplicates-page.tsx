import { BlurCanvas } from '@nucleus/shared/ui/blur/blur-canvas.tsx';
import { failureSentence } from '@nucleus/shared/ui/client/call-failure.ts';
import { EmptyState } from '@nucleus/shared/ui/parts/empty-state.tsx';
import { PixelImage } from '@nucleus/shared/ui/pixels/pixel-image.tsx';
import { PixelContext, usePixel } from '@nucleus/shared/ui/pixels/use-pixel.ts';
import { bytes, count, counted } from '@nucleus/shared/ui/words/quantities.ts';
import { cutMiddle, visibleText } from '@nucleus/shared/ui/words/visible-text.ts';
import { localEndpoints } from '@nucleus/shared/wire/local';
import type { LocalItem } from '@nucleus/shared/wire/local-item';
import type { DuplicateSet } from '@nucleus/shared/wire/viewer';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { CloudOff, Copy } from 'lucide-react';
import { type ReactElement, useState } from 'react';
import { ownPixels } from '../files/file-loader.ts';
import { hasPreview } from '../files/file-words.ts';
import { filePath } from '../route.ts';
import { callAgent } from '../session/viewer-session.ts';

const groupsAtOnce = 30;
const pollMs = 400;

/** Pictures that look alike, found on this host by their perceptual hashes. */
export function DuplicatesPage(): ReactElement {
  const [threshold, setThreshold] = useState(4);
  const [limit, setLimit] = useState(groupsAtOnce);
  const [pixels] = useState(ownPixels);
  const found = useQuery({
    queryKey: ['duplicates', threshold, limit],
    queryFn: ({ signal }) =>
      callAgent(localEndpoints.findDuplicates, { body: { offset: 0, limit, threshold }, signal }),
    refetchInterval: (query) => (query.state.data?.state === 'counting' ? pollMs : false),
    placeholderData: keepPreviousData,
  });
  const { data } = found;
  const isCounting = data?.state !== 'done';
  return (
    <PixelContext value={pixels}>
      <div className="page dups">
        <div className="phead">
          <div>
            <h2>Duplicates</h2>
            <p>Compared on this host, over all sources. Nothing is deleted here: the folders are yours.</p>
          </div>
        </div>
        <div className="row wrap">
          <label className="row sm">
            Bits that may differ
            <input
              className="zoom"
              type="range"
              min={0}
              max={16}
              value={threshold}
              aria-valuetext={`${threshold} of 64 bits`}
              onChange={(event) => {
                setThreshold(Number(event.target.value));
                setLimit(groupsAtOnce);
              }}
            />
            <b className="dups-bits">{threshold}</b>
          </label>
          <span className="sm t2 end" role="status">
            {data === undefined
              ? ''
              : isCounting
                ? `Comparing ${count(data.compared)} of ${count(data.hashes)} hashes…`
                : `${counted(data.total, 'group')} among ${count(data.hashes)} hashes in ${data.took_ms < 1000 ? `${count(data.took_ms)} ms` : `${(data.took_ms / 1000).toFixed(1)} s`}`}
          </span>
        </div>
        {isCounting && data !== undefined && (
          <progress
            className="wide"
            max={Math.max(1, data.hashes)}
            value={data.compared}
            aria-label="Hashes compared"
          />
        )}
        {found.isError && (
          <EmptyState icon={CloudOff} title="The search did not start">
            <p>{failureSentence(found.error)}</p>
          </EmptyState>
        )}
        {data?.state === 'done' && data.total === 0 && (
          <EmptyState icon={Copy} title="No duplicates">
            <p>
              {counted(data.hashes, 'hash', 'hashes')} compared, none within {counted(threshold, 'bit')} of another.
            </p>
          </EmptyState>
        )}
        {data?.groups.map((group, at) => (
          <Group key={group.items[0]?.key ?? at} group={group} at={at} />
        ))}
        {data !== undefined && data.total > data.groups.length && !isCounting && (
          <button type="button" className="btn" onClick={() => setLimit(Math.min(2000, limit + 60))}>
            Show more of {counted(data.total, 'group')}
          </button>
        )}
      </div>
    </PixelContext>
  );
}

/** A tall picture is narrower than the others, so that its blur keeps its shape. */
const tallestPx = 200;

function Group({ group, at }: { group: DuplicateSet; at: number }): ReactElement {
  const pixels = group.items.map(({ width = 0, height = 0 }) => width * height);
  const largest = Math.max(...pixels) > Math.min(...pixels) ? Math.max(...pixels) : undefined;
  return (
    <section className="card" aria-label={`Group ${at + 1}`}>
      <header>
        <h3>{counted(group.size, 'file')}</h3>
        <span className={`pill sq${group.is_exact ? ' in' : ''}`}>{group.is_exact ? 'same bytes' : 'look alike'}</span>
        {group.items.length < group.size && (
          <span className="xs t3 end">the first {count(group.items.length)} are shown</span>
        )}
      </header>
      <ul className="dups-row">
        {group.items.map((item) => (
          <li key={item.key}>
            <Member item={item} isLargest={(item.width ?? 0) * (item.height ?? 0) === largest} />
          </li>
        ))}
      </ul>
    </section>
  );
}

function Member({ item, isLargest }: { item: LocalItem; isLargest: boolean }): ReactElement {
  const want = { source: item.source, ref: item.reference_id, variant: 'preview-256' as const };
  const look = usePixel(hasPreview(item) ? want : undefined);
  const aspect = (item.width ?? 4) / (item.height ?? 3);
  const name = visibleText(item.path);
  return (
    <a href={`#${filePath(item.key, { query: '' })}`} title={name}>
      <span className="thumb" style={{ aspectRatio: aspect, width: `min(100%, ${tallestPx * aspect}px)` }}>
        {item.blurhash !== undefined && <BlurCanvas hash={item.blurhash} aspect={aspect} />}
        {look.state === 'link' && <PixelImage key={look.url} want={want} url={look.url} alt="" />}
      </span>
      <span className="mono xs">{cutMiddle(name, 34)}</span>
      <span className="xs t3">
        {count(item.width ?? 0)} × {count(item.height ?? 0)}, {bytes(item.byte_size)}
        {isLargest && <span className="c-in"> most pixels</span>}
      </span>
    </a>
  );
}
