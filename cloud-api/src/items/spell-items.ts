import type { DatasetItem } from '@nucleus/shared/wire/dataset-item';

/** A page of things and the token of the next one, null at the end. */
export type Pager<Thing> = (page: {
  pageToken: string | null;
  pageSize: number;
}) => Promise<{ items: Thing[]; nextPageToken: string | null }>;
/** A page of items. */
export type ItemPager = Pager<DatasetItem>;

/** Things as JSON, with commas between and no brackets around. */
type Spell<Thing> = (things: readonly Thing[]) => string | Promise<string>;

/** Items that are read and spelled at once: a few milliseconds, half a megabyte. */
const itemsPerPiece = 1_000;

const asJson = (things: readonly unknown[]): string => JSON.stringify(things).slice(1, -1);

/**
 * The JSON of a page `{name: […], nextPageToken}` of any size, piece by piece: what is in memory does not grow with the page.
 * @throws what `pager` throws
 */
export async function* spellPage<Thing>(
  name: string,
  pager: Pager<Thing>,
  page: { pageToken?: string | null | undefined; pageSize: number },
  spell: Spell<Thing> = asJson,
): AsyncGenerator<string> {
  yield `{${JSON.stringify(name)}:[`;
  const nextPageToken = yield* spellPages(pager, page.pageToken ?? null, page.pageSize, spell);
  yield `],"nextPageToken":${JSON.stringify(nextPageToken)}}`;
}

/** The JSON of `{…head, name: […]}` with everything that there is, in the same way. @throws what `pager` throws */
export async function* spellAll<Thing>(
  name: string,
  pager: Pager<Thing>,
  spell: Spell<Thing> = asJson,
  head: object = {},
): AsyncGenerator<string> {
  // With the bracket: who sends this waits for two pieces, so that a failure before the first thing is told.
  yield `${JSON.stringify({ ...head, [name]: 0 }).slice(0, -2)}[`;
  yield* spellPages(pager, null, Number.MAX_SAFE_INTEGER, spell);
  yield ']}';
}

/** The JSON of a list of everything that there is, in the same way. @throws what `pager` throws */
export async function* spellList<Thing>(pager: Pager<Thing>, spell: Spell<Thing>): AsyncGenerator<string> {
  yield '[';
  yield* spellPages(pager, null, Number.MAX_SAFE_INTEGER, spell);
  yield ']';
}

/** Each thing as what `toRow` makes of it. */
export function eachAs<Thing>(toRow: (thing: Thing) => unknown): Spell<Thing> {
  return (things) => asJson(things.map(toRow));
}

/** @returns the token of what follows */
async function* spellPages<Thing>(
  pager: Pager<Thing>,
  from: string | null,
  most: number,
  spell: Spell<Thing>,
): AsyncGenerator<string, string | null> {
  let pageToken = from;
  let separator = '';
  for (let left = most; left > 0; ) {
    const page = await pager({ pageToken, pageSize: Math.min(left, itemsPerPiece) });
    const spelled = await spell(page.items);
    if (spelled !== '') yield separator + spelled;
    if (spelled !== '') separator = ',';
    pageToken = page.nextPageToken;
    left -= page.items.length;
    if (pageToken === null) break;
  }
  return pageToken;
}
