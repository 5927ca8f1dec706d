import type { DatasetItem } from '@nucleus/shared/wire/dataset-item';

/** Items as JSON Lines, as the routes answer them, one piece a page. */
export async function* spellJsonLines(pages: AsyncIterable<readonly DatasetItem[]>): AsyncGenerator<string> {
  for await (const page of pages) yield page.map((item) => `${JSON.stringify(item)}\n`).join('');
}
