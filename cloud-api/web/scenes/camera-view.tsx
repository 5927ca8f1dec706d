import { BlurCanvas } from '@nucleus/shared/ui/blur/blur-canvas.tsx';
import { OwnImage } from '@nucleus/shared/ui/pixels/own-image.tsx';
import { PixelImage } from '@nucleus/shared/ui/pixels/pixel-image.tsx';
import { usePixel } from '@nucleus/shared/ui/pixels/use-pixel.ts';
import { counted } from '@nucleus/shared/ui/words/quantities.ts';
import { visibleText } from '@nucleus/shared/ui/words/visible-text.ts';
import type { Tile } from '@nucleus/shared/wire/tile';
import { type ReactElement, useMemo } from 'react';
import { PageLink } from '../frame/page-link.tsx';
import { storedPicture } from '../item/stored-picture.ts';
import type { ColourOf } from '../labels/class-colours.ts';
import { LabelCanvas } from '../labels/label-canvas.tsx';
import type { LabelChoices } from '../labels/label-choices.ts';
import { type LabelView, truthLayer } from '../labels/label-views.ts';
import { readCamera } from '../labels/project-cuboid.ts';
import { projectLabels, type SpaceLabel } from '../labels/project-labels.ts';
import { itemPath } from '../route.ts';
import type { Sensor } from './frames.ts';

interface CameraViewProps {
  datasetId: string;
  sensor: Sensor;
  tile: Tile | undefined;
  labels: readonly LabelView[];
  cuboids: readonly SpaceLabel[];
  colourOf: ColourOf;
  choices: LabelChoices;
}

const truthOnly = [{ id: truthLayer, name: 'Ground truth', dash: [], isShown: true, labels: [] }];
const usualSize = { width: 16, height: 9 };

/** What one camera saw: its picture or blur, its labels, and the cuboids of the frame where they project into it. */
export function CameraView(props: CameraViewProps): ReactElement {
  const { datasetId, sensor, tile, labels, cuboids, colourOf, choices } = props;
  const { item, name } = sensor;
  const { width, height } = item;
  const size = useMemo(() => (width && height ? { width, height } : usualSize), [width, height]);
  const aspect = size.width / size.height;
  const want = tile?.s === undefined ? undefined : { source: tile.s, ref: tile.ref, variant: 'preview-1024' as const };
  const look = usePixel(want);
  const projected = useMemo(() => {
    const camera = readCamera(item.metadata);
    return camera === undefined ? [] : projectLabels(cuboids, camera, size);
  }, [cuboids, item.metadata, size]);
  // what is measured in a picture of unknown size has no place in it
  const drawn =
    choices.isShown && size !== usualSize
      ? [...labels, ...projected].filter(
          ({ classes }) => classes.length === 0 || classes.some((label) => !choices.hiddenClasses.has(label)),
        )
      : [];
  const blur = tile?.b ?? (typeof item.metadata.blurhash === 'string' ? item.metadata.blurhash : undefined);
  const placed = drawn.filter(({ shape }) => shape !== undefined).length;
  const called = name === '' ? 'Frame' : visibleText(name);
  return (
    <figure className="camera">
      <PageLink
        to={itemPath(datasetId, item.reference_id)}
        className="thumb"
        label={`${called}, ${visibleText(item.reference_id)}, ${counted(placed, 'label')}`}
      >
        <span className="camera-box" style={{ aspectRatio: aspect }}>
          {blur !== undefined && <BlurCanvas key={blur} hash={blur} aspect={aspect} />}
          {want !== undefined && look.state === 'link' && (
            <PixelImage key={look.url} want={want} url={look.url} alt="" />
          )}
          {tile?.p === true && <OwnImage key={tile.id} url={storedPicture(tile.id, 'preview-1024')} />}
          {blur === undefined && look.state !== 'link' && tile?.p !== true && (
            <span className="mid">No descriptor left, so there is nothing to draw</span>
          )}
          <LabelCanvas
            datasetId={datasetId}
            labels={{ drawn, layers: truthOnly, colourOf, choices }}
            picture={size}
            showsNames={choices.showsNames}
          />
        </span>
      </PageLink>
      <figcaption className="row sm">
        {name !== '' && <b>{visibleText(name)}</b>}
        <span className="mono xs t3 cut">{visibleText(item.reference_id)}</span>
        <span className="end t3 nowrap">{size === usualSize ? 'size unknown' : counted(placed, 'label')}</span>
      </figcaption>
    </figure>
  );
}
