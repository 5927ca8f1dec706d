import type { GridTile } from '@nucleus/shared/ui/grid/tile.tsx';
import { visibleText } from '@nucleus/shared/ui/words/visible-text.ts';
import { ZoomPicture } from '@nucleus/shared/ui/zoom/zoom-picture.tsx';
import type { ZoomState } from '@nucleus/shared/ui/zoom/zoom-state.ts';
import { type ZoomFrame, ZoomView } from '@nucleus/shared/ui/zoom/zoom-view.tsx';
import { type KeyboardEvent, type ReactElement, useState } from 'react';
import { boundsOf } from '../labels/hit-labels.ts';
import { LabelCanvas } from '../labels/label-canvas.tsx';
import { LabelLegend } from '../labels/label-legend.tsx';
import { LabelTip, sayLabel } from '../labels/label-tip.tsx';
import type { LabelView } from '../labels/label-views.ts';
import { useItemLabels } from '../labels/use-item-labels.ts';
import { useLabelPointer } from '../labels/use-label-pointer.ts';
import type { MaskLook } from '../labels/use-masks.ts';
import { storedPicture } from './stored-picture.ts';

interface LabelledPictureProps {
  datasetId: string;
  tile: GridTile;
  zoom: ZoomState;
  onZoom: (zoom: ZoomState) => void;
}

const noMasks: ReadonlyMap<string, MaskLook> = new Map();

/** A picture that zooms, with its labels over it and, below, what of them is drawn. */
export function LabelledPicture({ datasetId, tile, zoom, onZoom }: LabelledPictureProps): ReactElement {
  const labels = useItemLabels(datasetId, tile.ref, true);
  const { choices, change, layers } = labels;
  const drawn = choices.isShown ? labels.drawn : [];
  const [masks, setMasks] = useState(noMasks);
  const pointer = useLabelPointer(drawn, tile, masks);
  const { active } = pointer;
  const layerName = (label: LabelView): string => layers.find(({ id }) => id === label.layer)?.name ?? '';
  const keys: Record<string, (() => unknown) | undefined> = {
    'b': () => change({ isShown: !choices.isShown }),
    'n': () => change({ showsNames: !choices.showsNames }),
    '[': () => pointer.step(-1),
    ']': () => pointer.step(1),
    // a label that is looked at is left first; the next press goes on to the page
    'escape': active === undefined ? undefined : pointer.leave,
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    const act = keys[event.key.toLowerCase()];
    if (act === undefined || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    event.stopPropagation();
    act();
  };
  const over = ({ place, box }: ZoomFrame): ReactElement => (
    <>
      <LabelCanvas
        datasetId={datasetId}
        labels={{ ...labels, drawn }}
        picture={tile}
        place={place}
        activeId={active?.id}
        showsNames={choices.showsNames}
        onMasks={setMasks}
      />
      {active !== undefined && (
        <LabelTip label={active} layer={layerName(active)} at={pointer.at ?? cornerOf(active, place, tile)} box={box} />
      )}
    </>
  );
  const notes = [...masks.values()].flatMap((look) => (look !== undefined && 'words' in look ? [look.words] : []));
  return (
    <section className="labelled" aria-label="Picture with labels" onKeyDown={onKeyDown}>
      <ZoomView
        label={visibleText(tile.name)}
        picture={tile}
        state={zoom}
        onState={onZoom}
        over={over}
        onPoint={pointer.onPoint}
      >
        {(shownPx) => (
          <ZoomPicture
            source={tile.error === undefined || tile.error.asks === true ? tile.source : undefined}
            own={tile.picture === undefined ? undefined : storedPicture(tile.key, 'preview-2048')}
            referenceId={tile.ref}
            width={tile.width}
            height={tile.height}
            blurhash={tile.blurhash}
            status={tile.error?.code}
            shownPx={shownPx}
          />
        )}
      </ZoomView>
      <p className="sr" role="status">
        {active !== undefined && pointer.at === undefined && sayLabel(active, layerName(active))}
      </p>
      <LabelLegend labels={labels} notes={[...new Set(notes)].map((words) => `A mask is not drawn. ${words}`)} />
    </section>
  );
}

/** The upper right corner of a label, where its tip goes when no pointer says better. */
function cornerOf(
  { shape }: LabelView,
  place: ZoomFrame['place'],
  picture: { width: number; height: number },
): { x: number; y: number } {
  const { right, top } = (shape === undefined ? undefined : boundsOf(shape)) ?? { right: picture.width, top: 0 };
  return {
    x: place.left + (right / picture.width) * place.width,
    y: place.top + (top / picture.height) * place.height,
  };
}
