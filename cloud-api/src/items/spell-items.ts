import type { DatasetItem } from '@nucleus/shared/wire/dataset-item';

/** A page of items and the token of the next one, null at the end. */
export type ItemPager = (page: {
  pageToken: string | null;
  pageSize: number;
}) => Promise<{ items: DatasetItem[]; nextPageToken: string | null }>;

/** Items that are read and spelled at once: a few milliseconds, half a megabyte. */
const itemsPerPiece = 1_000;

/**
 * The JSON of a page `{items, nextPageToken}` of any size, piece by piece: what is in memory does not grow with the page.
 * @throws what `pager` throws
 */
export async function* spellItemPage(
  pager: ItemPager,
  page: { pageToken?: string | null | undefined; pageSize: number },
): AsyncGenerator<string> {
  yield '{"items":[';
  const nextPageToken = yield* spellItems(pager, page.pageToken ?? null, page.pageSize, asItIs);
  yield `],"nextPageToken":${JSON.stringify(nextPageToken)}}`;
}

/** The JSON of `{…head, name: […]}` with a row for every item, in the same way. @throws what `pager` throws */
export async function* spellAllItems(
  name: string,
  pager: ItemPager,
  toRow: ToRow = asItIs,
  head: object = {},
): AsyncGenerator<string> {
  yield `${JSON.stringify({ ...head, [name]: 0 }).slice(0, -2)}`;
  yield* spellList(pager, toRow);
  yield '}';
}

/** The JSON of a list with a row for every item, in the same way. @throws what `pager` throws */
export async function* spellList(pager: ItemPager, toRow: ToRow): AsyncGenerator<string> {
  yield '[';
  yield* spellItems(pager, null, Number.MAX_SAFE_INTEGER, toRow);
  yield ']';
}

type ToRow = (item: DatasetItem) => unknown;
const asItIs: ToRow = (item) => item;

/** @returns the token of what follows */
async function* spellItems(
  pager: ItemPager,
  from: string | null,
  most: number,
  toRow: ToRow,
): AsyncGenerator<string, string | null> {
  let pageToken = from;
  let separator = '';
  for (let left = most; left > 0; ) {
    const page = await pager({ pageToken, pageSize: Math.min(left, itemsPerPiece) });
    const spelled = JSON.stringify(page.items.map(toRow)).slice(1, -1);
    if (spelled !== '') yield separator + spelled;
    if (spelled !== '') separator = ',';
    pageToken = page.nextPageToken;
    left -= page.items.length;
    if (pageToken === null) break;
  }
  return pageToken;
}
