import type { DatasetItem } from '@nucleus/shared/wire/dataset-item';
import { addressOf, type PlacedItem, toDatasetItem } from '../items/rules.ts';
import type { LabelRow } from '../labels/read-labels.ts';
import { CocoCategories, toCocoAnnotation } from './coco-annotation.ts';
import { toCocoMasks, type ValueRuns } from './coco-masks.ts';

const itemsPerPiece = 1_000;

/** What a COCO document takes beside its items. */
export interface CocoSources {
  /** Annotations of items by place. */
  labelsAt: (seqs: readonly number[]) => Promise<ReadonlyMap<number, LabelRow[]>>;
  /** The mask of the item at a place; undefined where its picture is not stored here, or cannot be read. */
  maskAt: (seq: number) => Promise<ValueRuns | undefined>;
}

/**
 * Items with their annotations as one COCO document, one piece a page. Images count from 1; `file_name` is the reference id and `coco_url`
 * the item's own address, an agent's for what never left it. Boxes, polygons, key points and stored masks have a place in COCO; of what has
 * none, `left_out` says how much of which kind there is. Of the items only their places are kept until their annotations are written.
 */
export async function* spellCoco(
  pages: AsyncIterable<readonly PlacedItem[]>,
  datasetName: string,
  sources: CocoSources,
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
  const leftOut = new Map<string, number>();
  let annotationId = 0;
  for (let start = 0; start < seqs.length; start += itemsPerPiece) {
    const chunk = seqs.slice(start, start + itemsPerPiece);
    const labels = await sources.labelsAt(chunk);
    for (const [at, seq] of chunk.entries()) {
      const spelled: string[] = [];
      for (const row of labels.get(seq) ?? []) {
        const annotations = await toCoco(row, seq, start + at + 1, categories, sources);
        if (annotations === undefined) leftOut.set(row.kind, (leftOut.get(row.kind) ?? 0) + 1);
        for (const annotation of annotations ?? []) {
          annotationId += 1;
          spelled.push(`${annotationId === 1 ? '' : ','}\n${JSON.stringify({ id: annotationId, ...annotation })}`);
        }
      }
      if (spelled.length > 0) yield spelled.join('');
    }
  }
  const tail = { categories: categories.all(), left_out: Object.fromEntries(leftOut) };
  yield `\n],${JSON.stringify(tail).slice(1)}\n`;
}

/** Undefined for what COCO has no place for. */
async function toCoco(
  row: LabelRow,
  seq: number,
  imageId: number,
  categories: CocoCategories,
  { maskAt }: CocoSources,
): Promise<Record<string, unknown>[] | undefined> {
  if (row.kind === 'segmentation') {
    const runs = await maskAt(seq);
    return runs && toCocoMasks(row, runs, imageId, categories);
  }
  const annotation = toCocoAnnotation(row, imageId, categories);
  return annotation && [annotation];
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
