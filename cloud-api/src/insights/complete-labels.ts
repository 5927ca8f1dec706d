/** What a query may say about labels: counts of classes and kinds, and the labels of taxonomies. */
import { spellWord } from '@nucleus/shared/query/completion-context';
import type { CompletionOption } from '@nucleus/shared/wire/insights';
import { countLabels, type LabelCount } from '../search/count-labels.ts';
import type { Projection } from '../search/projection.ts';

const mostClasses = 250;

/** Fields of the annotations that there are, and of the predictions of the newest run. */
export async function labelFields(projection: Projection): Promise<CompletionOption[]> {
  const options: CompletionOption[] = [];
  for (const { root, runId } of await rootsOf(projection)) {
    const { labels } = await countLabels(projection, {}, runId, mostClasses);
    if (labels.length > 0) options.push(fieldOf([root, 'count'], 'labels with a place in the picture'));
    const paths = new Map(labels.map((label) => [pathOf(root, label).join('\n'), label]));
    for (const [path, label] of paths) options.push(fieldOf(path.split('\n'), detailOf(label)));
  }
  return options;
}

/** Ways to go on after a field of labels: operators, and for a taxonomy its labels; undefined when it is none. */
export async function labelOptions(
  projection: Projection,
  field: string,
  expects: 'operator' | 'value' | 'field' | 'joiner',
): Promise<CompletionOption[] | undefined> {
  const root = (await rootsOf(projection)).find((each) => field.startsWith(`${each.root}.`));
  if (root === undefined) return undefined;
  const { labels } = await countLabels(projection, {}, root.runId, mostClasses);
  const ofTaxonomy = labels.filter(({ taxonomy }) => taxonomy !== null && field === `${root.root}.${taxonomy}`);
  if (expects === 'operator') {
    const words = ofTaxonomy.length > 0 ? ['=', '!=', 'IN (', 'IS MISSING'] : ['=', '!=', '<', '<=', '>', '>='];
    return words.map((word) => ({ label: word.replace(' (', ''), insert: `${word} `, kind: 'operator' }));
  }
  return ofTaxonomy.map((each) => ({
    label: each.label,
    insert: `${spellWord(each.label)} `,
    kind: 'value',
    detail: detailOf(each),
  }));
}

async function rootsOf(projection: Projection): Promise<{ root: string; runId: string }[]> {
  const { runs } = (await projection.current()).schema.labels;
  const newest = [...runs.keys()].at(-1) ?? '';
  const annotations = { root: 'annotations', runId: '' };
  return newest === '' ? [annotations] : [annotations, { root: 'predictions', runId: newest }];
}

function pathOf(root: string, { kind, label, taxonomy }: LabelCount): string[] {
  if (taxonomy !== null) return [root, taxonomy];
  return kind === 'category' || kind === 'multicategory' ? [root, kind, label] : [root, label];
}

function fieldOf(path: readonly string[], detail: string): CompletionOption {
  return { label: path.join('.'), insert: `${path.map(spellWord).join('.')} `, kind: 'field', detail };
}

function detailOf({ items }: LabelCount): string {
  return `${items.toLocaleString('en')} ${items === 1 ? 'item' : 'items'}`;
}
