import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import {
  disabledTls,
  longFiles,
  loosePins,
  type Manifest,
  type SourceFile,
  silencedTests,
  undocumented,
  vagueNames,
} from './house-rules.ts';

const root = join(import.meta.dirname, '../..');
const notOurs = new Set(['node_modules', 'dist', 'data', 'coverage', '.git', '.work']);
/** These files hold examples of what they forbid. */
const aboutTheRules = /^test\/house\/house-rules/;

function readTree(folder: string): SourceFile[] {
  return readdirSync(join(root, folder), { withFileTypes: true }).flatMap((entry) => {
    const path = folder === '' ? entry.name : `${folder}/${entry.name}`;
    if (notOurs.has(entry.name)) return [];
    if (entry.isDirectory()) return readTree(path);
    if (!/[.](ts|tsx|mjs|js|css|json|md)$/.test(entry.name)) return [];
    return [{ path, text: readFileSync(join(root, path), 'utf8') }];
  });
}

const files = readTree('');
const manifests: Manifest[] = files
  .filter(({ path }) => /(^|\/)package[.]json$/.test(path))
  .map(({ path, text }) => {
    const manifest = JSON.parse(text) as Record<string, Record<string, string> | undefined>;
    const kinds = ['dependencies', 'devDependencies', 'optionalDependencies'];
    return { path, dependencies: Object.assign({}, ...kinds.map((kind) => manifest[kind])) as Record<string, string> };
  });
const agentManifest = JSON.parse(readFileSync(join(root, 'agent/package.json'), 'utf8')) as {
  dependencies: Record<string, string>;
};
const agentList = readFileSync(join(root, 'agent/DEPENDENCIES.md'), 'utf8');

test('the tree was read', () => {
  expect(files.map(({ path }) => path)).toEqual(
    expect.arrayContaining(['package.json', 'shared/src/failure/app-error.ts', 'test/house/house-rules.test.ts']),
  );
  expect(manifests).toHaveLength(5);
});

test('no file is longer than 300 lines', () => expect(longFiles(files)).toEqual([]));
test('no name is vague', () => expect(vagueNames(files)).toEqual([]));
test('every version is pinned exactly, and once', () => expect(loosePins(manifests)).toEqual([]));
test('every dependency of the agent is documented', () =>
  expect(undocumented(agentManifest.dependencies, agentList)).toEqual([]));
test('certificates are always verified', () =>
  expect(disabledTls(files.filter(({ path }) => !aboutTheRules.test(path)))).toEqual([]));
test('no test is silenced', () =>
  expect(silencedTests(files.filter(({ path }) => !aboutTheRules.test(path)))).toEqual([]));

const row = (cells: string) =>
  `| name | version | why | touches | network | script |\n|---|---|---|---|---|---|\n${cells}`;

test.each([
  { broken: 'a file of 301 lines', found: longFiles([{ path: 'a/b.ts', text: 'x\n'.repeat(301) }]) },
  { broken: 'a vague folder', found: vagueNames([{ path: 'agent/src/utils/a.ts', text: '' }]) },
  { broken: 'a vague word in a name', found: vagueNames([{ path: 'agent/src/sync/job-manager.ts', text: '' }]) },
  { broken: 'a caret', found: loosePins([{ path: 'p', dependencies: { got: '^1.2.3' } }]) },
  {
    broken: 'two versions of one package',
    found: loosePins([
      { path: 'p', dependencies: { got: '1.2.3' } },
      { path: 'q', dependencies: { got: '1.2.4' } },
    ]),
  },
  { broken: 'a dependency without a row', found: undocumented({ got: '1.2.3' }, '') },
  {
    broken: 'a row of another version',
    found: undocumented({ got: '1.2.3' }, row('| `got` | 1.0.0 | w | t | n | s |')),
  },
  {
    broken: 'a row without a reason',
    found: undocumented({ got: '1.2.3' }, row('| `got` | 1.2.3 |  | t | no | no |')),
  },
  {
    broken: 'a row of nothing',
    found: undocumented({}, row('| `got` | 1.2.3 | long enough a reason | t | no | no |')),
  },
  { broken: 'TLS unverified', found: disabledTls([{ path: 'a.ts', text: 'got(url, { rejectUnauthorized: false })' }]) },
  {
    broken: 'TLS unverified by environment',
    found: disabledTls([{ path: 'a.js', text: 'NODE_TLS_REJECT_UNAUTHORIZED' }]),
  },
  { broken: 'a skipped test', found: silencedTests([{ path: 'a.test.ts', text: "test.skip('x', () => {})" }]) },
  { broken: 'a lonely test', found: silencedTests([{ path: 'a.test.ts', text: "describe.only('x', () => {})" }]) },
])('$broken is found', ({ found }) => expect(found).toHaveLength(1));

test('300 lines, the service worker and a prerelease pin are fine', () => {
  expect(longFiles([{ path: 'a.ts', text: 'x\n'.repeat(300) }])).toEqual([]);
  expect(vagueNames([{ path: 'agent/web/service-worker.ts', text: '' }])).toEqual([]);
  expect(loosePins([{ path: 'p', dependencies: { postgres: '18.4.0-beta.17' } }])).toEqual([]);
});
