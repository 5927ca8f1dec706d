import { usePixel } from '@nucleus/shared/ui/pixels/use-pixel.ts';
import type { LocalItem } from '@nucleus/shared/wire/local-item';
import { Download, Link2 } from 'lucide-react';
import { lazy, type ReactElement, Suspense, useState } from 'react';

const ShareDialog = lazy(async () => ({ default: (await import('./share-dialog.tsx')).ShareDialog }));

/** What can be done with a file that is there: give somebody a link, take the original. */
export function FileActions({ file }: { file: LocalItem }): ReactElement | null {
  const [shares, setShares] = useState(false);
  const isThere = file.state !== 'exception' && file.state !== 'pending' && file.state !== 'gone';
  const original = usePixel(isThere ? { source: file.source, ref: file.reference_id, variant: 'original' } : undefined);
  if (!isThere) return null;
  return (
    <div className="row">
      <button type="button" className="btn dense grow" onClick={() => setShares(true)}>
        <Link2 className="icon s" aria-hidden="true" />
        Share link
      </button>
      <a
        className="btn dense grow"
        href={original.state === 'link' ? original.url : undefined}
        aria-disabled={original.state !== 'link'}
        download={file.path.split('/').at(-1)}
        rel="noreferrer"
      >
        <Download className="icon s" aria-hidden="true" />
        Original
      </a>
      {shares && (
        <Suspense fallback={null}>
          <ShareDialog file={file} onClose={() => setShares(false)} />
        </Suspense>
      )}
    </div>
  );
}
