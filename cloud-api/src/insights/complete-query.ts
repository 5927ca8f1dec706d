import { type CompletionContext, completionContext, spellWord } from '@nucleus/shared/query/completion-context';
import { compareOps } from '@nucleus/shared/query/query-tree';
import { spellField } from '@nucleus/shared/query/write-query';
import type { CompletionOption } from '@nucleus/shared/wire/insights';
import { countFacet } from '../search/count-facets.ts';
import { countTags } from '../search/count-tags.ts';
import { categoricalLimit, type FieldSummary, listFields } from '../search/list-fields.ts';
import type { Projection } from '../search/projection.ts';
import { itemColumns } from '../search/search-field.ts';
import { autotagFields, autotagOptions } from './complete-autotags.ts';
import { labelFields, labelOptions } from './complete-labels.ts';

const mostOptions = 20;

/** The ways to go on at the caret of a half-typed query: fields, operators that fit, values that occur, joiners. */
export async function completeQuery(
  projection: Projection,
  query: string,
  caret: number,
): Promise<{ replaces: { start: number; end: number }; options: CompletionOption[] }> {
  const context = completionContext(query, Math.min(caret, query.length));
  const options = await optionsFor(projection, context);
  const prefix = context.prefix.replace(/^metadata\./, '').toLowerCase();
  const fitting = options.filter(({ label }) => label.toLowerCase().includes(prefix));
  const ranked = [
    ...fitting.filter(({ label }) => label.toLowerCase().startsWith(prefix)),
    ...fitting.filter(({ label }) => !label.toLowerCase().startsWith(prefix)),
  ];
  return {
    replaces: { start: context.replaces.start, end: context.replaces.end },
    options: ranked.slice(0, mostOptions),
  };
}

async function optionsFor(projection: Projection, context: CompletionContext): Promise<CompletionOption[]> {
  if (context.expects === 'joiner') {
    return ['AND', 'OR'].map((word) => ({ label: word, insert: `${word} `, kind: 'joiner' }));
  }
  const fields = await listFields(projection);
  if (context.expects === 'field')
    return [
      ...fields.map(fieldOption),
      ...ownFields(),
      tagField,
      ...(await labelFields(projection)),
      ...(await autotagFields(projection)),
    ];
  const field = fields.find(({ name }) => name === context.field);
  if (context.field !== undefined) {
    const derived =
      (await labelOptions(projection, context.field, context.expects)) ??
      (await autotagOptions(projection, context.field, context.expects));
    if (derived !== undefined) return derived;
  }
  if (context.field === 'tag') return context.expects === 'operator' ? tagOperators : tagOptions(projection);
  if (context.expects === 'operator') return operatorOptions(field);
  if (field === undefined || !field.categorical) return [];
  const facet = await countFacet(projection, {}, field.name, categoricalLimit);
  return facet.values.map(({ value, count }) => ({
    label: String(value),
    insert: `${spellWord(String(value))} `,
    kind: 'value',
    detail: itemCount(count),
  }));
}

const tagField: CompletionOption = { label: 'tag', insert: 'tag ', kind: 'field', detail: 'tags of the team' };
const tagOperators: CompletionOption[] = ['=', '!=', 'IN (', 'IS MISSING'].map((word) => ({
  label: word.replace(' (', ''),
  insert: `${word} `,
  kind: 'operator',
}));

async function tagOptions(projection: Projection): Promise<CompletionOption[]> {
  const { tags } = await countTags(projection, {});
  return tags.map(({ tag, count }) => ({
    label: tag,
    insert: `${spellWord(tag)} `,
    kind: 'value',
    detail: itemCount(count),
  }));
}

function itemCount(count: number): string {
  return `${count.toLocaleString('en')} ${count === 1 ? 'item' : 'items'}`;
}

function fieldOption(field: FieldSummary): CompletionOption {
  const span =
    field.min === undefined ? `${field.distinct.toLocaleString('en')} values` : `number, ${field.min} – ${field.max}`;
  return {
    label: field.name,
    insert: `${spellField(field.name)} `,
    kind: 'field',
    detail: span,
  };
}

function ownFields(): CompletionOption[] {
  return Object.values(itemColumns).map(({ name, type }) => ({
    label: name,
    insert: `${name} `,
    kind: 'field',
    detail: type,
  }));
}

function operatorOptions(field: FieldSummary | undefined): CompletionOption[] {
  const own = field === undefined ? [...compareOps] : field.type === 'number' ? [...compareOps] : ['=', '!='];
  const worded = ['IN (', 'IS MISSING', ...(field === undefined || field.type === 'text' ? ['CONTAINS'] : [])];
  return [...own, ...worded].map((word) => ({ label: word.replace(' (', ''), insert: `${word} `, kind: 'operator' }));
}
