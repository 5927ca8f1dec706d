import type { DatasetItem } from '@nucleus/shared/wire/dataset-item';
import { addressOf } from '../items/rules.ts';

/**
 * Items as one COCO document, one piece a page. Images count from 1; `file_name` is the reference id and `coco_url` the item's own
 * address, an agent's for what never left it. No labels are kept yet, so annotations and categories are empty.
 */
export async function* spellCoco(
  pages: AsyncIterable<readonly DatasetItem[]>,
  datasetName: string,
): AsyncGenerator<string> {
  yield `{"info":${JSON.stringify({ description: datasetName, version: '1.0' })},"licenses":[],"images":[`;
  let imageId = 0;
  for await (const page of pages) {
    const images = page.map((item) => {
      imageId += 1;
      return `${imageId === 1 ? '' : ','}\n${JSON.stringify(toImage(item, imageId))}`;
    });
    yield images.join('');
  }
  yield '\n],"annotations":[],"categories":[]}\n';
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
