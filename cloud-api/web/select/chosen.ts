/** What a selection of the grid means to the API: a list of reference ids, or a query. Pure but for gathering ids. */

import { spellWord } from '@nucleus/shared/query/completion-context';
import { type Selection, selectedCount, selectedIndices } from '@nucleus/shared/ui/grid/selection.ts';
import type { GridTile } from '@nucleus/shared/ui/grid/tile.tsx';
import type { TilePages } from '@nucleus/shared/ui/grid/tile-pages.ts';

/** As many ids as one request may name. */
const mostNamed = 10_000;
/** As many exceptions from "all results" as fit into a query. */
const mostLeftOut = 40;

export type Chosen = { reference_ids: string[] } | { query: string };

export interface Chooser {
  selection: Selection;
  total: number;
  pages: TilePages<GridTile>;
  /** The query whose result is selected in. */
  query: string;
}

/** Why a selection cannot be acted on, as a sentence; undefined when it can. */
export function refusalOf({ selection, total }: Pick<Chooser, 'selection' | 'total'>): string | undefined {
  if (!selection.isInverted) {
    return selectedCount(selection, total) > mostNamed
      ? 'More than 10,000 single items are selected. Select all results, or narrow the query.'
      : undefined;
  }
  const leftOut = total - selectedCount(selection, total);
  return leftOut > mostLeftOut ? `More than ${mostLeftOut} items are left out. Narrow the query instead.` : undefined;
}

/** The items of a selection: all results stay a query, so that a million of them are one line. */
export async function chosenItems(chooser: Chooser, signal: AbortSignal): Promise<Chosen> {
  const { selection, total, pages, query } = chooser;
  if (!selection.isInverted) return { reference_ids: await namesAt(pages, selection, total, signal) };
  const leftOut = await namesAt(pages, { ...selection, isInverted: false }, total, signal);
  return { query: withoutNames(query, leftOut) };
}

/** A query that finds what another does, but for some items. */
export function withoutNames(query: string, names: readonly string[]): string {
  if (names.length === 0) return query;
  const except = `reference_id NOT IN (${names.map(quoted).join(', ')})`;
  return query.trim() === '' ? except : `(${query}) AND ${except}`;
}

/** A query that finds exactly the chosen items. */
export function queryOf(chosen: Chosen): string {
  return 'query' in chosen ? chosen.query : `reference_id IN (${chosen.reference_ids.map(quoted).join(', ')})`;
}

function quoted(name: string): string {
  const word = spellWord(name);
  return word.startsWith('"') ? word : `"${word}"`;
}

async function namesAt(
  pages: TilePages<GridTile>,
  selection: Selection,
  total: number,
  signal: AbortSignal,
): Promise<string[]> {
  const tiles = await pages.gather(selectedIndices(selection, total, mostNamed), signal);
  return tiles.map((tile) => tile.ref);
}
