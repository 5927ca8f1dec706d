import { visibleText } from '@nucleus/shared/ui/words/visible-text.ts';
import { ZoomPicture } from '@nucleus/shared/ui/zoom/zoom-picture.tsx';
import type { Size, ZoomState } from '@nucleus/shared/ui/zoom/zoom-state.ts';
import { ZoomView } from '@nucleus/shared/ui/zoom/zoom-view.tsx';
import type { DatasetItem } from '@nucleus/shared/wire/dataset-item';
import type { ReactElement } from 'react';
import { storedPicture } from '../item/stored-picture.ts';

interface ComparedPictureProps {
  item: DatasetItem;
  /** Its picture is stored here. */
  isStored: boolean;
  zoom: ZoomState;
  onZoom: (zoom: ZoomState) => void;
}

const unknown = { width: 4, height: 3 };

export function sizeOf(item: DatasetItem): Size {
  return { width: item.width ?? unknown.width, height: item.height ?? unknown.height };
}

/** One side of a comparison. */
export function ComparedPicture({ item, isStored, zoom, onZoom }: ComparedPictureProps): ReactElement {
  return (
    <ZoomView label={visibleText(item.reference_id)} picture={sizeOf(item)} state={zoom} onState={onZoom}>
      {(shownPx) => <ComparedPixels item={item} isStored={isStored} shownPx={shownPx} />}
    </ZoomView>
  );
}

/** What is drawn of an item, in the place that it is given. */
export function ComparedPixels(props: { item: DatasetItem; isStored: boolean; shownPx: number }): ReactElement {
  const { item, isStored, shownPx } = props;
  const { source, blurhash } = item.metadata;
  return (
    <ZoomPicture
      source={typeof source === 'string' ? source : undefined}
      own={isStored ? storedPicture(item.id, 'preview-2048') : undefined}
      referenceId={item.reference_id}
      {...sizeOf(item)}
      status={item.metadata.status}
      blurhash={typeof blurhash === 'string' ? blurhash : undefined}
      shownPx={shownPx}
    />
  );
}
