import type { DatasetItem } from '@nucleus/shared/wire/dataset-item';
import { addressOf, type PlacedItem, toDatasetItem } from '../items/rules.ts';
import type { LabelRow } from '../labels/read-labels.ts';
import { CocoCategories, toCocoAnnotation } from './coco-annotation.ts';

const itemsPerPiece = 1_000;

/**
 * Items with their annotations as one COCO document, one piece a page. Images count from 1; `file_name` is the reference id and `coco_url`
 * the item's own address, an agent's for what never left it. Boxes, polygons and key points have a place in COCO; what has none is left
 * out. Of the items only their places are kept until their annotations are written.
 * @param labelsAt annotations of items by place
 */
export async function* spellCoco(
  pages: AsyncIterable<readonly PlacedItem[]>,
  datasetName: string,
  labelsAt: (seqs: readonly number[]) => Promise<ReadonlyMap<number, LabelRow[]>>,
): AsyncGenerator<string> {
  yield `{"info":${JSON.stringify({ description: datasetName, version: '1.0' })},"licenses":[],"images":[`;
  const seqs: number[] = [];
  for await (const page of pages) {
    const images = page.map((item) => {
      seqs.push(item.seq);
      return `${seqs.length === 1 ? '' : ','}\n${JSON.stringify(toImage(toDatasetItem(item), seqs.length))}`;
    });
    yield images.join('');
  }
  yield '\n],"annotations":[';
  const categories = new CocoCategories();
  let annotationId = 0;
  for (let start = 0; start < seqs.length; start += itemsPerPiece) {
    const chunk = seqs.slice(start, start + itemsPerPiece);
    const labels = await labelsAt(chunk);
    const spelled = chunk.flatMap((seq, at) =>
      (labels.get(seq) ?? []).flatMap((row) => {
        const annotation = toCocoAnnotation(row, start + at + 1, categories);
        if (annotation === undefined) return [];
        annotationId += 1;
        return [`${annotationId === 1 ? '' : ','}\n${JSON.stringify({ id: annotationId, ...annotation })}`];
      }),
    );
    yield spelled.join('');
  }
  yield `\n],"categories":${JSON.stringify(categories.all())}}\n`;
}

function toImage(item: DatasetItem, imageId: number): Record<string, unknown> {
  return {
    id: imageId,
    file_name: item.reference_id,
    ...(item.width === undefined ? {} : { width: item.width }),
    ...(item.height === undefined ? {} : { height: item.height }),
    coco_url: addressOf(item),
    item_id: item.id,
    metadata: item.metadata,
  };
}
