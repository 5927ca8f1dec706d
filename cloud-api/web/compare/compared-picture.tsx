import { visibleText } from '@nucleus/shared/ui/words/visible-text.ts';
import { ZoomPicture } from '@nucleus/shared/ui/zoom/zoom-picture.tsx';
import type { ZoomState } from '@nucleus/shared/ui/zoom/zoom-state.ts';
import { ZoomView } from '@nucleus/shared/ui/zoom/zoom-view.tsx';
import type { DatasetItem } from '@nucleus/shared/wire/dataset-item';
import type { ReactElement } from 'react';

interface ComparedPictureProps {
  item: DatasetItem;
  /** Who has its pixels. */
  source: string | undefined;
  zoom: ZoomState;
  onZoom: (zoom: ZoomState) => void;
}

const unknown = { width: 4, height: 3 };

/** One side of a comparison. */
export function ComparedPicture({ item, source, zoom, onZoom }: ComparedPictureProps): ReactElement {
  const { blurhash } = item.metadata;
  const size = { width: item.width ?? unknown.width, height: item.height ?? unknown.height };
  return (
    <ZoomView label={visibleText(item.reference_id)} picture={size} state={zoom} onState={onZoom}>
      {(shownPx) => (
        <ZoomPicture
          source={source}
          referenceId={item.reference_id}
          {...size}
          blurhash={typeof blurhash === 'string' ? blurhash : undefined}
          shownPx={shownPx}
        />
      )}
    </ZoomView>
  );
}
