import { statSync, writeFileSync } from 'node:fs';
import { basename, resolve } from 'node:path';
import { AppError } from '@nucleus/shared/failure/app-error';
import { Level, levelSentences, levels, NamesPolicy, pixelBudgetBits } from '@nucleus/shared/record/levels';
import { stringify } from 'yaml';
import { loadConfig } from '../load-config.ts';
import { type Asker, openAsker } from './ask.ts';
import { printJson, type Terminal } from './terminal.ts';

export interface InitFlags {
  config: string;
  source?: string;
  dataset?: string;
  cloud?: string;
  data?: string;
  listen?: string;
  level?: string;
  names?: string;
  yes?: boolean;
  json?: boolean;
}

interface Answers {
  folder: string;
  dataset: string;
  cloud: string;
  data: string;
  listen: string;
  level: Level;
  names: NamesPolicy;
}

type Accept<T> = (answer: string) => T | { refused: string };

const tinyPictures =
  'A perceptual hash and a blurhash are very small pictures: from either one an attacker recovers the coarse light and dark of the ' +
  'image, and from the blurhash its colours. The local viewer draws for every file what could be seen. ' +
  'Choose minimal, or switch the two fields off (fields_off), where that is too much.';

/**
 * Asks for what a configuration needs, explains the levels and writes the file, mode 0600. With `--yes` flags and defaults decide.
 * @throws AppError `usage` for a wrong answer, `config-invalid` when the file is there already.
 */
export async function init(
  flags: InitFlags,
  context: { terminal: Terminal; workingDir: string; input?: NodeJS.ReadableStream },
): Promise<number> {
  const { terminal, workingDir } = context;
  const file = resolve(workingDir, flags.config);
  if (statSync(file, { throwIfNoEntry: false })) throw alreadyThere(file);
  terminal.note(`${explainLevels()}\n`);
  const answers = await collect(flags, context);
  try {
    writeFileSync(file, spell(answers), { mode: 0o600, flag: 'wx' });
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'EEXIST') throw alreadyThere(file);
    throw new AppError('config-invalid', `The configuration ${file} cannot be written.`, { cause });
  }
  loadConfig({ config: file }, workingDir);
  if (flags.json) printJson(terminal, { config: file, level: answers.level, names: answers.names });
  else terminal.out(`Wrote ${file}.\n`);
  terminal.note(
    `Next: put the agent's API key into ${answers.data}/keys/cloud with mode 0600 or into NUCLEUS_AGENT_KEY, then run\n` +
      `  nucleus-agent doctor --config ${flags.config}\n  nucleus-agent plan --config ${flags.config}\n  nucleus-agent run --config ${flags.config}\n`,
  );
  return 0;
}

function alreadyThere(file: string): AppError {
  return new AppError(
    'config-invalid',
    `${file} is there already; nothing was changed. Name another file with --config.`,
  );
}

function explainLevels(): string {
  const lines = levels.map(
    (level) =>
      `  ${level.padEnd(9)} ${levelSentences[level]} At most ${pixelBudgetBits[level]} bits made from pixels an image.`,
  );
  return [
    'What leaves this host, by privacy level. The cloud can never raise it.',
    ...lines,
    '',
    tinyPictures,
    '',
  ].join('\n');
}

async function collect(
  flags: InitFlags,
  context: { terminal: Terminal; workingDir: string; input?: NodeJS.ReadableStream },
): Promise<Answers> {
  const { terminal, workingDir, input } = context;
  const asker = flags.yes ? undefined : openAsker(terminal, input);
  const decide = <T>(question: string, given: string | undefined, fallback: string, accept: Accept<T>): Promise<T> =>
    settle(asker, question, given, fallback, accept);
  try {
    const folder = await decide('Folder to watch', flags.source, './pictures', (text) => {
      const path = resolve(workingDir, text);
      return statSync(path, { throwIfNoEntry: false })?.isDirectory() ? path : { refused: `${path} is not a folder.` };
    });
    const dataset = await decide('Dataset', flags.dataset, basename(folder) || 'main', (text) =>
      /^[^\p{Cc}\p{Cs}]{1,128}$/u.test(text) ? text : { refused: 'It has 1 to 128 printable characters.' },
    );
    const cloud = await decide('Address of the cloud', flags.cloud, 'http://127.0.0.1:8080', (text) =>
      URL.canParse(text) && /^https?:$/.test(new URL(text).protocol)
        ? text
        : { refused: 'It must be an http or https address.' },
    );
    const data = await decide('Data directory, outside that folder', flags.data, './data/agent', (text) => {
      const path = resolve(workingDir, text);
      return `${path}/`.startsWith(`${folder}/`) ? { refused: 'It must lie outside the watched folder.' } : path;
    });
    const listen = await decide('Address of media and viewer', flags.listen, '127.0.0.1:8787', (text) =>
      /^(\[[0-9a-f:]+\]|[A-Za-z0-9.-]+):\d{1,5}$/.test(text) ? text : { refused: 'It must be HOST:PORT.' },
    );
    const level = await decide('Privacy level', flags.level, 'standard', oneOf(Level.options));
    const names =
      level === 'minimal'
        ? 'pseudonym'
        : await decide('Names in the cloud', flags.names, 'relative-path', oneOf(NamesPolicy.options));
    return { folder, dataset, cloud, data, listen, level, names };
  } finally {
    asker?.close();
  }
}

/** A flag decides, else a person, else the default. @throws AppError `usage`. */
async function settle<T>(
  asker: Asker | undefined,
  question: string,
  given: string | undefined,
  fallback: string,
  accept: Accept<T>,
): Promise<T> {
  if (given === undefined && asker) return asker.ask(question, fallback, accept);
  const taken = accept(given ?? fallback);
  if (typeof taken === 'object' && taken !== null && 'refused' in taken)
    throw new AppError('usage', `${question}: ${taken.refused}`);
  return taken as T;
}

function oneOf<T extends string>(values: readonly T[]): Accept<T> {
  return (text) => values.find((value) => value === text) ?? { refused: `One of: ${values.join(', ')}.` };
}

function spell({ folder, dataset, cloud, data, listen, level, names }: Answers): string {
  const agent = { data, listen, cloud: { url: cloud }, sources: [{ alias: 'main', folder, dataset, level, names }] };
  const head = [
    '# Configuration of nucleus-agent. Unknown keys stop the start; config.example.yaml explains every setting.',
    `# Level ${level}: ${levelSentences[level]}`,
    '# The API key is no setting: it is in NUCLEUS_AGENT_KEY, or in keys/cloud below `data`, mode 0600.',
  ];
  return `${head.join('\n')}\n${stringify({ agent })}`;
}
