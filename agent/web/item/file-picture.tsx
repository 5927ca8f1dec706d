import { BlurCanvas } from '@nucleus/shared/ui/blur/blur-canvas.tsx';
import { PixelImage } from '@nucleus/shared/ui/pixels/pixel-image.tsx';
import { previewFor } from '@nucleus/shared/ui/pixels/pixel-source.ts';
import { usePixel } from '@nucleus/shared/ui/pixels/use-pixel.ts';
import { visibleText } from '@nucleus/shared/ui/words/visible-text.ts';
import type { LocalItem } from '@nucleus/shared/wire/local-item';
import type { ReactElement } from 'react';

const panelPx = 372;

/** The file's preview over its blur. */
export function FilePicture({ file }: { file: LocalItem }): ReactElement {
  const want =
    file.state === 'exception' || file.no_pixels !== undefined
      ? undefined
      : {
          source: file.source,
          ref: file.reference_id,
          variant: previewFor(panelPx * Math.min(devicePixelRatio, 2)),
        };
  const look = usePixel(want);
  const aspect = (file.width ?? 4) / (file.height ?? 3);
  return (
    <div className="thumb item-picture" style={{ aspectRatio: aspect }}>
      {file.blurhash !== undefined && <BlurCanvas key={file.blurhash} hash={file.blurhash} aspect={aspect} />}
      {file.state === 'exception' && (
        <span className="mid">Not readable as a picture; see the exceptions for the reason</span>
      )}
      {file.no_pixels !== undefined && <span className="mid">No preview</span>}
      {want !== undefined && look.state === 'link' && (
        <PixelImage key={look.url} want={want} url={look.url} alt={visibleText(file.path)} />
      )}
    </div>
  );
}
