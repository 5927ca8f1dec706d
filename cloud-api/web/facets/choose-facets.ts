/** Which facets the sidebar shows, and in which order. Pure. */
import { isFieldRoot } from '@nucleus/shared/query/query-tree';
import type { FieldView } from '@nucleus/shared/wire/insights';

export type FacetKind = 'values' | 'numbers' | 'search';

export interface FacetField {
  /** As queries, facets and orders name it. */
  name: string;
  kind: FacetKind;
  /** Open from the start. */
  isUsual: boolean;
  view: FieldView;
}

const usual = ['format', 'camera_make', 'camera_model', 'source', 'status', 'sharpness', 'brightness', 'iso'];
const mostUsual = 8;

/** A metadata field that is called like a part of every item needs its root before it. */
export function facetName(field: string): string {
  return isFieldRoot(field.split('.')[0] ?? '') ? `metadata.${field}` : field;
}

/**
 * The facets of a dataset: the usual ones first, then the others by name. A dataset without any usual field opens its first few
 * fields of few values instead.
 */
export function chooseFacets(fields: readonly FieldView[]): FacetField[] {
  const held = fields.filter(({ distinct }) => distinct > 0);
  const known = usual.flatMap((name) => held.find((field) => field.name === name) ?? []);
  const opened = known.length > 0 ? known : held.filter(({ categorical, type }) => categorical || type === 'number');
  const first = opened.slice(0, mostUsual);
  const rest = held.filter((field) => !first.includes(field));
  return [...first.map((view) => facetOf(view, true)), ...rest.map((view) => facetOf(view, false))];
}

function facetOf(view: FieldView, isUsual: boolean): FacetField {
  const kind = view.type === 'number' ? 'numbers' : view.categorical ? 'values' : 'search';
  return { name: facetName(view.name), kind, isUsual, view };
}
