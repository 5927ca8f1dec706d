import { phashField, recordFields } from '@nucleus/shared/record/fields';
import { Level, pixelBudgetBits } from '@nucleus/shared/record/levels';
import { BlurCanvas } from '@nucleus/shared/ui/blur/blur-canvas.tsx';
import { BitsBar } from '@nucleus/shared/ui/parts/bits-bar.tsx';
import { LevelMark } from '@nucleus/shared/ui/parts/level-mark.tsx';
import { Perimeter } from '@nucleus/shared/ui/parts/perimeter.tsx';
import type { DatasetItem } from '@nucleus/shared/wire/dataset-item';
import type { ReactElement } from 'react';

/** Bits made from pixels in the fields that this record has. */
function bitsOf(item: DatasetItem): { field: string; bits: number }[] {
  const fields = Object.entries(recordFields)
    .filter(([field]) => item.metadata[field] !== undefined)
    .map(([field, spec]) => ({ field, bits: spec.pixelBits }));
  return item.phash === undefined ? fields : [...fields, { field: 'phash', bits: phashField.pixelBits }];
}

/** What of this item crossed the line; the rest of the panel is made of it. */
export function WhatLeft({ item, level }: { item: DatasetItem; level: string | undefined }): ReactElement {
  const known = Level.safeParse(level);
  const { blurhash } = item.metadata;
  const facts = Object.keys(item.metadata).filter((field) => Object.hasOwn(recordFields, field));
  return (
    <>
      <div className="row">
        <h2 className="c-cl">What left the premises</h2>
        {level !== undefined && (
          <span className="end">
            <LevelMark level={level} />
          </span>
        )}
      </div>
      <BitsBar fields={bitsOf(item)} budget={known.success ? pixelBudgetBits[known.data] : 0} />
      {typeof blurhash === 'string' && (
        <div className="row left-picture">
          <span className="thumb left-blur" style={{ aspectRatio: (item.width ?? 4) / (item.height ?? 3) }}>
            <BlurCanvas key={blurhash} hash={blurhash} aspect={(item.width ?? 4) / (item.height ?? 3)} />
          </span>
          <p className="sm t2 grow">
            What anybody with this record can draw at least. The perceptual hash adds a 64-bit picture of the luma.
          </p>
        </div>
      )}
      <p className="sm">
        <span className="c-cl">{facts.length} fields</span> <span className="t2">left: {facts.join(', ')}.</span>
      </p>
      <Perimeter words="stayed inside" />
      <p className="sm t2">
        The picture and every preview of it, maker notes, serial numbers, owner names, embedded thumbnails and absolute
        paths. The agent’s ledger holds each byte that was sent: open the item in the local viewer to compare.
      </p>
    </>
  );
}
