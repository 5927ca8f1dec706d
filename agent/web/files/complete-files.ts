/** The ways to go on with a half-typed query of the viewer: fields and values that the agent knows, folders as they are. */
import { completionContext, spellWord } from '@nucleus/shared/query/completion-context';
import { compareOps } from '@nucleus/shared/query/query-tree';
import type { Complete } from '@nucleus/shared/ui/query/use-completion.ts';
import { count } from '@nucleus/shared/ui/words/quantities.ts';
import type { CompletionOption } from '@nucleus/shared/wire/insights';
import { localEndpoints } from '@nucleus/shared/wire/local';
import { type FieldInfo, viewerShorthands } from '@nucleus/shared/wire/viewer';
import { queries } from '../session/queries.ts';
import { callAgent } from '../session/viewer-session.ts';

const most = 20;

async function findFields(): Promise<FieldInfo[]> {
  const reply = await queries.fetchQuery({
    queryKey: ['fields'],
    queryFn: ({ signal }) => callAgent(localEndpoints.listFindFields, { signal }),
    staleTime: Number.POSITIVE_INFINITY,
  });
  return reply.fields;
}

export const completeFiles: Complete = async (query, caret, signal) => {
  const short = new RegExp(`(?:^|[\\s(])(${viewerShorthands.join('|')}):([^\\s()"]*)$`).exec(query.slice(0, caret));
  const context =
    short === null
      ? completionContext(query, caret)
      : {
          expects: 'value' as const,
          field: short[1] as string,
          prefix: short[2] as string,
          replaces: { start: caret - (short[2] as string).length, end: caret },
        };
  const options = await optionsFor(context, signal);
  const prefix = context.prefix.replace(/^metadata\./, '').toLowerCase();
  const fitting = options.filter(({ label }) => label.toLowerCase().includes(prefix));
  const [first, rest] = [true, false].map((starts) =>
    fitting.filter(({ label }) => label.toLowerCase().startsWith(prefix) === starts),
  );
  return { replaces: { ...context.replaces }, options: [...(first ?? []), ...(rest ?? [])].slice(0, most) };
};

async function optionsFor(
  context: { expects: string; field?: string | undefined; prefix: string },
  signal: AbortSignal,
): Promise<CompletionOption[]> {
  if (context.expects === 'joiner') {
    return ['AND', 'OR'].map((word) => ({ label: word, insert: `${word} `, kind: 'joiner' }));
  }
  const fields = await findFields();
  if (context.expects === 'field') {
    return fields.map(({ name, about }) => ({ label: name, insert: `${name} `, kind: 'field', detail: about }));
  }
  const field = fields.find(({ name }) => name === context.field);
  if (context.expects === 'operator') {
    const isText = field?.type === 'text';
    const words = [...(isText ? ['=', '!='] : compareOps), 'IN (', 'IS MISSING', ...(isText ? ['CONTAINS'] : [])];
    return words.map((word) => ({ label: word.replace(' (', ''), insert: `${word} `, kind: 'operator' }));
  }
  if (context.field === 'path' || context.field === 'name') return folderOptions(context.prefix, signal);
  if (context.field === 'source') return (await sourceAliases()).map(valueOption);
  return (field?.values ?? []).map(valueOption);
}

const valueOption = (value: string): CompletionOption => ({
  label: value,
  insert: `${spellWord(value)} `,
  kind: 'value',
});

async function sourceAliases(): Promise<string[]> {
  const { sources } = await queries.fetchQuery({
    queryKey: ['overview'],
    queryFn: ({ signal }) => callAgent(localEndpoints.getOverview, { signal }),
    staleTime: 60_000,
  });
  return sources.map(({ alias }) => alias);
}

/** The folders beside what is typed, of every source. */
async function folderOptions(prefix: string, signal: AbortSignal): Promise<CompletionOption[]> {
  const folder = prefix.includes('/') ? prefix.slice(0, prefix.lastIndexOf('/')) : '';
  const lists = await Promise.all(
    (await sourceAliases()).map((source) =>
      callAgent(localEndpoints.listFolders, { body: { source, folder }, signal }),
    ),
  );
  return lists.flatMap(({ folders }) =>
    folders.map(
      ({ path, files }): CompletionOption => ({
        label: path,
        insert: `${spellWord(`${path}/**`)} `,
        kind: 'value',
        detail: `${count(files)} ${files === 1 ? 'file' : 'files'}`,
      }),
    ),
  );
}
