/** The rules of CONTRIBUTING.md that no linter knows, as functions from files to sentences about what is wrong. */

export interface SourceFile {
  /** Relative to the root, with `/`. */
  path: string;
  text: string;
}

export interface Manifest {
  path: string;
  dependencies: Record<string, string>;
}

const longestFileLines = 300;
const vagueWords = /^(utils?|helpers?|common|services?|managers?|misc)$/;
/** Names that the web platform gave. */
const givenNames = new Set(['service-worker']);
const exactVersion = /^\d+\.\d+\.\d+(-[0-9A-Za-z.]+)?$/;

const isCode = (path: string): boolean => /[.](ts|tsx|mjs|js|css)$/.test(path);

export const longFiles = (files: SourceFile[]): string[] =>
  files
    .filter(({ path }) => isCode(path))
    .map(({ path, text }) => ({ path, lines: text.split('\n').length - 1 }))
    .filter(({ lines }) => lines > longestFileLines)
    .map(({ path, lines }) => `${path} has ${lines} lines, more than ${longestFileLines}`);

/** A name that says nothing about the subject, as a word of a folder's or a file's name. */
export const vagueNames = (files: SourceFile[]): string[] =>
  files
    .filter(({ path }) => isCode(path))
    .flatMap(({ path }) =>
      path.split('/').map((part) => ({ path, stem: part.replace(/^[.]/, '').split('.')[0] ?? '' })),
    )
    .filter(({ stem }) => !givenNames.has(stem) && stem.split('-').some((word) => vagueWords.test(word)))
    .map(({ path, stem }) => `${path}: "${stem}" does not name a subject`);

export function loosePins(manifests: Manifest[]): string[] {
  const first = new Map<string, { version: string; path: string }>();
  return manifests.flatMap(({ path, dependencies }) =>
    Object.entries(dependencies).flatMap(([name, version]) => {
      if (!exactVersion.test(version)) return [`${path}: ${name} is pinned loosely, ${version}`];
      const known = first.get(name);
      if (known === undefined) first.set(name, { version, path });
      else if (known.version !== version) return [`${path}: ${name} ${version}, but ${known.version} in ${known.path}`];
      return [];
    }),
  );
}

/** Rows of agent/DEPENDENCIES.md: name, version, why, touches, network, install script. */
export function undocumented(dependencies: Record<string, string>, markdown: string): string[] {
  const rows = markdown
    .split('\n')
    .filter((line) => /^\| `/.test(line))
    .map((line) =>
      line
        .split('|')
        .slice(1, -1)
        .map((cell) => cell.trim().replaceAll('`', '')),
    );
  const named = new Map(rows.map((cells) => [cells[0] ?? '', cells]));
  const problems = [...named.keys()]
    .filter((name) => !(name in dependencies))
    .map((name) => `${name} is no dependency any more`);
  for (const [name, version] of Object.entries(dependencies)) {
    const cells = named.get(name);
    if (cells === undefined) problems.push(`${name} is not documented`);
    else if (cells[1] !== version) problems.push(`${name} is documented as ${cells[1]}, pinned as ${version}`);
    else if (cells.length !== 6 || cells.some((cell) => cell === '')) problems.push(`${name} has an empty cell`);
    else if ((cells[2] ?? '').length < 15) problems.push(`${name} gives no reason`);
  }
  return problems;
}

export const disabledTls = (files: SourceFile[]): string[] =>
  files
    .filter(
      ({ path, text }) => isCode(path) && /rejectUnauthorized['"]?\s*:\s*false|NODE_TLS_REJECT_UNAUTHORIZED/.test(text),
    )
    .map(({ path }) => `${path} turns the verification of certificates off`);

/** Tests that run nothing. A group that needs what a machine may lack uses `describeWith…` of test/builders. */
export const silencedTests = (files: SourceFile[]): string[] =>
  files
    .filter(
      ({ path, text }) =>
        /[.]test[.]tsx?$/.test(path) && /\b(test|it|describe)[.](skip|only|todo|skipIf|runIf)\b/.test(text),
    )
    .map(({ path }) => `${path} silences a test`);
