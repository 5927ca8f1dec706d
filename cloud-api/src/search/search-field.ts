import type { AutotagState } from './apply-autotags.ts';
import type { LabelState } from './apply-labels.ts';

/** Type of a metadata field, locked per dataset when the first value comes. */
export type FieldType = 'number' | 'text' | 'boolean';

/** A searchable column of a dataset's projection. */
export interface SearchField {
  /** As queries spell it after `metadata.`, or the root itself. */
  name: string;
  type: FieldType;
  /** Column in the projection; made by the projection, never from input. */
  column: string;
}

/** What a dataset's projection can be asked about. */
export interface SearchSchema {
  /** By metadata name, as written. */
  metadata: ReadonlyMap<string, SearchField>;
  /** The dataset's slices by id; a live one with the query that its members meet, others with null. */
  slices: ReadonlyMap<string, string | null>;
  /** The dataset's tags by name, as ids of the sets that they are. */
  tags: ReadonlyMap<string, string>;
  /** Runs, classes and taxonomies of its labels. */
  labels: LabelState;
  autotags: AutotagState;
}

/** Columns that every dataset has, by the root that names them in queries. */
export const itemColumns = {
  reference_id: { name: 'reference_id', type: 'text', column: 'reference_id' },
  item_id: { name: 'item_id', type: 'text', column: 'item_id' },
  width: { name: 'width', type: 'number', column: 'width' },
  height: { name: 'height', type: 'number', column: 'height' },
} as const satisfies Record<string, SearchField>;
