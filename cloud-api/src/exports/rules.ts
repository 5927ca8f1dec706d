import type { DatasetItem } from '@nucleus/shared/wire/dataset-item';
import type { RawItem, TrainingRow } from '@nucleus/shared/wire/exports';
import { addressOf } from '../items/rules.ts';

/**
 * An item as exports for training answer it: all seven lists, empty ones too. No labels are kept yet.
 * @param withChip adds `processed_url`, the address that a client cuts crops from: the item's own, an agent's for what never left it.
 */
export function toTrainingRow(item: DatasetItem, withChip: boolean): TrainingRow {
  return {
    item: withChip ? { ...item, processed_url: addressOf(item) } : item,
    box: [],
    line: [],
    polygon: [],
    keypoints: [],
    cuboid: [],
    category: [],
    multicategory: [],
    segmentation: null,
  };
}

/** Where the bytes of an item are. Nothing is fetched: in privacy mode both are the agent's address. */
export function toRawItem(item: DatasetItem): RawItem {
  return {
    id: item.id,
    ref_id: item.ref_id,
    metadata: item.metadata,
    original_url: addressOf(item),
    scale_url: addressOf(item),
  };
}
