/**
 * Checks every import against .dependency-cruiser.mjs and prints one line per violation, then the count.
 * Usage: `node test/house/check-imports.mjs [ROOT]`. A workspace of which no module was read is a failure:
 * a parser that cannot read TypeScript finds nothing wrong.
 */
import { existsSync, readdirSync, realpathSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import settings from '../../.dependency-cruiser.mjs';
import { computedImports, importsOnlyTypes, readImportsWithSwc, wasRead } from './read-imports.mjs';

const workspaces = ['shared', 'agent', 'cloud-api'];
/** A type opens no connection: these rules let `import type` pass. */
const rulesAboutRunning = new Set([
  'only-egress-dials',
  'proxy-only-serves',
  'only-proxy-serves',
  'only-fetch-and-objects-dial',
  'only-http-serves',
]);

const root = realpathSync(resolve(process.argv[2] ?? join(dirname(fileURLToPath(import.meta.url)), '../..')));
process.chdir(root);
readImportsWithSwc();
const { cruise } = await import('dependency-cruiser');
const { output } = await cruise(
  [...workspaces, 'test'].filter((folder) => existsSync(folder)),
  { ...settings.options, ruleSet: { forbidden: settings.forbidden }, validate: true, baseDir: root },
  settings.options.enhancedResolveOptions,
);

const ours = output.modules.filter(({ source }) => /^(shared|agent|cloud-api|test)\//.test(source));
const specifiers = new Map(
  ours.flatMap(({ source, dependencies }) => dependencies.map((to) => [`${source} ${to.resolved}`, to.module])),
);
const isAboutTypes = ({ rule, from, to }) =>
  rulesAboutRunning.has(rule.name) && importsOnlyTypes(join(root, from), specifiers.get(`${from} ${to}`));

const problems = output.summary.violations
  .filter((violation) => !isAboutTypes(violation))
  .map(({ rule, from, to, cycle }) =>
    cycle
      ? `${rule.name}: ${[from, ...cycle.map(({ name }) => name)].join(' → ')}`
      : `${rule.name}: ${from} imports ${specifiers.get(`${from} ${to}`) ?? to}`,
  );
for (const file of new Set(computedImports)) {
  const source = relative(root, file);
  if (!source.startsWith('test/')) problems.push(`computed-import: ${source} imports what no rule can read`);
}
for (const workspace of workspaces) {
  const onDisk = typescriptOf(workspace);
  if (onDisk.length === 0) problems.push(`nothing-read: no TypeScript module of ${workspace} was read`);
  for (const file of onDisk.filter((name) => !wasRead(join(root, name)))) problems.push(`not-read: ${file}`);
}
if (ours.length === 0) problems.push('nothing-read: 0 modules');

const dependencies = ours.reduce((sum, module) => sum + module.dependencies.length, 0);
for (const problem of problems) process.stdout.write(`${problem}\n`);
process.stdout.write(`${ours.length} modules, ${dependencies} dependencies, ${problems.length} violations\n`);
process.exitCode = problems.length === 0 ? 0 : 1;

/** Every source file of a workspace that the cruiser must have read. */
function typescriptOf(workspace) {
  if (!existsSync(workspace)) return [];
  return readdirSync(workspace, { recursive: true })
    .map((name) => `${workspace}/${name}`)
    .filter((name) => /[.]tsx?$/.test(name) && !/[.]d[.]ts$|(^|\/)(dist|node_modules)\//.test(name));
}
