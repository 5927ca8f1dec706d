/** What a query may say about autotags: which an item meets, and its scores. */
import { spellWord } from '@nucleus/shared/query/completion-context';
import { compareOps } from '@nucleus/shared/query/query-tree';
import type { CompletionOption } from '@nucleus/shared/wire/insights';
import { type AutotagCount, countAutotags } from '../search/count-autotags.ts';
import type { Projection } from '../search/projection.ts';

const root = 'autotag.image';

/** Nothing where there is no autotag. */
export async function autotagFields(projection: Projection): Promise<CompletionOption[]> {
  const autotags = await countAutotags(projection);
  if (autotags.length === 0) return [];
  const any: CompletionOption = { label: root, insert: `${root} `, kind: 'field', detail: 'autotags of the item' };
  const scores = autotags.map(({ name }): CompletionOption => {
    return { label: `${root}.${name}`, insert: `${root}.${spellWord(name)} `, kind: 'field', detail: 'score, -1 – 1' };
  });
  return [any, ...scores];
}

/** Ways to go on after a field of autotags; undefined when it is none. */
export async function autotagOptions(
  projection: Projection,
  field: string,
  expects: 'operator' | 'value' | 'field' | 'joiner',
): Promise<CompletionOption[] | undefined> {
  if (field !== root && !field.startsWith(`${root}.`)) return undefined;
  const isSet = field === root;
  if (expects === 'operator') {
    const words = isSet ? ['=', '!=', 'IN (', 'IS MISSING'] : [...compareOps, 'IS MISSING'];
    return words.map((word) => ({ label: word.replace(' (', ''), insert: `${word} `, kind: 'operator' }));
  }
  return isSet ? (await countAutotags(projection)).map(optionOf) : [];
}

function optionOf({ name, items }: AutotagCount): CompletionOption {
  const detail = `${items.toLocaleString('en')} ${items === 1 ? 'item' : 'items'}`;
  return { label: name, insert: `${spellWord(name)} `, kind: 'value', detail };
}
