import { BlurCanvas } from '@nucleus/shared/ui/blur/blur-canvas.tsx';
import { panelBox, panelPreview } from '@nucleus/shared/ui/pixels/panel-picture.ts';
import { PixelImage } from '@nucleus/shared/ui/pixels/pixel-image.tsx';
import { usePixel } from '@nucleus/shared/ui/pixels/use-pixel.ts';
import { visibleText } from '@nucleus/shared/ui/words/visible-text.ts';
import type { LocalItem } from '@nucleus/shared/wire/local-item';
import type { ReactElement } from 'react';
import { exceptionWord, hasPreview } from '../files/file-words.ts';

interface FilePictureProps {
  file: LocalItem;
  /** Opens it on the whole page. */
  onOpen: () => void;
}

/** The file's preview over its blur. */
export function FilePicture({ file, onOpen }: FilePictureProps): ReactElement {
  const want = hasPreview(file)
    ? {
        source: file.source,
        ref: file.reference_id,
        variant: panelPreview(),
      }
    : undefined;
  const look = usePixel(want);
  const aspect = (file.width ?? 4) / (file.height ?? 3);
  const why =
    file.state === 'exception'
      ? `${exceptionWord(file.exception)}: not readable as a picture`
      : want === undefined
        ? file.no_pixels
        : 'word' in look
          ? look.word
          : undefined;
  return (
    <button
      type="button"
      className="thumb item-picture"
      style={panelBox(aspect)}
      aria-label={`${visibleText(file.path.split('/').at(-1) ?? '')}, open on the whole page`}
      onClick={onOpen}
    >
      {file.blurhash !== undefined && <BlurCanvas key={file.blurhash} hash={file.blurhash} aspect={aspect} />}
      {why !== undefined && <span className="mid">{why}</span>}
      {want !== undefined && look.state === 'link' && <PixelImage key={look.url} want={want} url={look.url} alt="" />}
    </button>
  );
}
