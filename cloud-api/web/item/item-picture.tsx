import { BlurCanvas } from '@nucleus/shared/ui/blur/blur-canvas.tsx';
import { OwnImage } from '@nucleus/shared/ui/pixels/own-image.tsx';
import { panelBox, panelPreview } from '@nucleus/shared/ui/pixels/panel-picture.ts';
import { PixelImage } from '@nucleus/shared/ui/pixels/pixel-image.tsx';
import { usePixel } from '@nucleus/shared/ui/pixels/use-pixel.ts';
import { whyNothing } from '@nucleus/shared/ui/pixels/why-nothing.ts';
import { visibleText } from '@nucleus/shared/ui/words/visible-text.ts';
import type { DatasetItem } from '@nucleus/shared/wire/dataset-item';
import type { ReactElement } from 'react';
import { LabelCanvas } from '../labels/label-canvas.tsx';
import type { ItemLabels } from '../labels/use-item-labels.ts';

/**
 * The item's picture: its blur, and over it the agent's preview when pixels are on, or the one that is stored here.
 * @param stored address of the picture that is stored here
 * @param labels drawn over all of it, when they are looked at
 */
export function ItemPicture(props: {
  item: DatasetItem;
  stored: string | undefined;
  labels: { datasetId: string; of: ItemLabels } | undefined;
}): ReactElement {
  const { item, stored, labels } = props;
  const { source, blurhash } = item.metadata;
  const want = typeof source === 'string' ? { source, ref: item.reference_id, variant: panelPreview() } : undefined;
  const look = usePixel(want);
  const aspect = (item.width ?? 4) / (item.height ?? 3);
  return (
    <div className="thumb item-picture" style={panelBox(aspect)}>
      {typeof blurhash === 'string' ? (
        <BlurCanvas key={blurhash} hash={blurhash} aspect={aspect} />
      ) : (
        look.state !== 'link' &&
        stored === undefined && (
          <span className="mid">
            {want === undefined ? 'No picture is stored' : whyNothing(look, item.metadata.status)}
          </span>
        )
      )}
      {want !== undefined && look.state === 'link' && (
        <PixelImage key={look.url} want={want} url={look.url} alt={visibleText(item.reference_id)} />
      )}
      {stored !== undefined && <OwnImage key={stored} url={stored} alt={visibleText(item.reference_id)} />}
      {labels !== undefined && item.width !== undefined && item.height !== undefined && (
        <LabelCanvas
          datasetId={labels.datasetId}
          labels={labels.of}
          picture={{ width: item.width, height: item.height }}
        />
      )}
    </div>
  );
}
