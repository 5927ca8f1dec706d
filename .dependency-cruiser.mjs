/**
 * What may import what. `npm run check:imports` is the gate; test/house/import-rules.test.ts plants a violation of
 * every rule below and asserts that it is caught by name. Paths are relative to the root of the repository.
 */
import { readFileSync } from 'node:fs';

const manifestOf = (workspace) =>
  JSON.parse(readFileSync(new URL(`./${workspace}/package.json`, import.meta.url), 'utf8'));
const productPackages = ['shared', 'agent', 'cloud-api'].flatMap((workspace) =>
  Object.keys(manifestOf(workspace).dependencies),
);
/** What the tests depend on and no program does. */
const testPackages = ['vitest', 'fast-check', ...Object.keys(manifestOf('test').devDependencies)].filter(
  (name) => !productPackages.includes(name),
);

/** Unit tests live beside their file and may import what tests need. */
const test = '[.](test|bench)[.]tsx?$';
const networkModules = '(http|https|http2|net|tls|dgram|dns)';
const networkPackages =
  '(got|hpagent|undici|axios|node-fetch|ky|ws|request-filtering-agent|@aws-sdk/[^/]+|@smithy/[^/]+|@google-cloud/[^/]+|@azure/[^/]+)';
const core = (names) => `^(node:)?${names}(/|$)`;
const npm = (names) => `(^|/)node_modules/${names}(/|$)|^${names}(/|$)`;
const anyNetwork = [core(networkModules), npm(networkPackages)];
const dialling = [core('(http2|net|tls|dgram|dns)'), npm(networkPackages)];
const serving = [core('(http|https)'), npm('(express|@types/express|@types/express-serve-static-core)')];

/** Agent folders that are not stages: what every stage stands on. `source` is the port to the customer's bytes. */
const agentGround = '(state|config|failure|record|source)';
const cloudServing = '^cloud-api/src/(http/|main|serve|app[.]ts$|commands/|quickstart/)';

const rule = (name, comment, from, to) => ({ name, severity: 'error', comment, from, to });

const forbidden = [
  rule('no-cycles', 'Two files that need each other are one file, or miss a third.', {}, { circular: true }),
  rule(
    'imports-resolve',
    'An import that resolves to nothing escapes every rule below. Optional peers of the object stores may be absent, and bins import the build.',
    { pathNot: [test, '^(agent|cloud-api)/bin/'] },
    { couldNotResolve: true, pathNot: '^(@google-cloud/storage|@azure/storage-blob|virtual:)' },
  ),
  rule(
    'shared-is-pure',
    'shared/src imports itself and zod: no input, no output, no node builtins.',
    { path: '^shared/src/', pathNot: test },
    { pathNot: '^shared/src/|(^|/)node_modules/zod/' },
  ),
  rule(
    'shared-knows-nobody',
    'shared ← agent | cloud-api, never the other way round.',
    { path: '^shared/' },
    { path: ['^(agent|cloud-api)/', npm('@nucleus/(agent|cloud-api)')] },
  ),
  rule(
    'agent-knows-no-cloud',
    'The two programs meet in shared/src/wire only.',
    { path: '^agent/' },
    { path: ['^cloud-api/', npm('@nucleus/cloud-api')] },
  ),
  rule(
    'cloud-knows-no-agent',
    'The two programs meet in shared/src/wire only.',
    { path: '^cloud-api/' },
    { path: ['^agent/', npm('@nucleus/agent')] },
  ),
  rule(
    'pages-import-no-server',
    'A page talks to its server over HTTP; what both need is in shared.',
    { path: '^(agent|cloud-api)/web/', pathNot: ['[.]config[.]ts$', test] },
    { path: ['^$1/(src|bin)/', core('(fs|path|os|child_process|crypto|worker_threads|http|https|net|tls|dns|url)')] },
  ),
  rule(
    'server-imports-no-page',
    'The server serves the built page; it never imports it.',
    { path: '^(agent|cloud-api)/src/' },
    { path: ['^[^/]+/web/', '^shared/ui/', npm('(react|react-dom)')] },
  ),
  rule(
    'stages-are-independent',
    'A stage gets its input from the pipeline. Every folder of agent/src is a stage, except the ground, commands and the pipeline itself.',
    { path: '^agent/src/([^/]+)/', pathNot: '^agent/src/(commands|pipeline)/' },
    { path: '^agent/src/[^/]+/', pathNot: ['^agent/src/$1/', `^agent/src/${agentGround}/`] },
  ),
  rule(
    'stages-know-no-root',
    'main*.ts and pipeline.ts wire the stages; nothing inside imports them, or the commands, back.',
    { path: '^agent/src/[^/]+/', pathNot: ['^agent/src/commands/', test] },
    { path: '^agent/src/(main[^/]*|pipeline)[.]ts$' },
  ),
  rule(
    'ground-knows-no-stage',
    'What stages stand on knows none of them.',
    { path: `^agent/src/${agentGround}/`, pathNot: test },
    { path: '^agent/src/[^/]+/', pathNot: `^agent/src/${agentGround}/` },
  ),
  rule(
    'queries-stay-home',
    "A resource asks another resource's operation, never its SQL.",
    { path: '^cloud-api/src/([^/]+)/' },
    { path: '^cloud-api/src/.*(^|/)(queries|queries-[^/]+|[^/]+-queries)[.]ts$', pathNot: '^cloud-api/src/$1/' },
  ),
  rule(
    'rules-are-pure',
    'rules.ts decides; it reads no file, database, network or clock.',
    { path: '(^|/)rules[.]ts$' },
    {
      path: [
        core('(fs|http|https|http2|net|tls|dgram|dns|child_process|worker_threads|os|timers)'),
        npm('(better-sqlite3|kysely|pg|express|sharp|got|pino)'),
        '/(queries|queries-[^/]+|[^/]+-queries)[.]ts$',
      ],
    },
  ),
  rule(
    'only-egress-dials',
    'One folder of the agent opens connections, so that one folder has to be read to know what leaves.',
    { path: '^agent/(src|bin)/', pathNot: ['^agent/src/(egress|proxy|control)/', test] },
    { path: anyNetwork },
  ),
  rule(
    'proxy-only-serves',
    'The proxy serves HTTP and the control socket speaks it over a file; neither can open another connection.',
    { path: '^agent/src/(proxy|control)/', pathNot: test },
    { path: dialling },
  ),
  rule(
    'only-proxy-serves',
    'express in the agent is the proxy alone.',
    { path: '^agent/src/', pathNot: ['^agent/src/proxy/', test] },
    { path: npm('express') },
  ),
  rule(
    'only-fetch-and-objects-dial',
    'In the cloud, attachments/fetch and the object stores open connections, nobody else.',
    { path: '^cloud-api/(src|bin)/', pathNot: ['^cloud-api/src/(attachments/fetch|objects)/', test] },
    { path: dialling },
  ),
  rule(
    'only-http-serves',
    'In the cloud, http/ and the composition roots know express and node:http.',
    { path: '^cloud-api/src/', pathNot: [cloudServing, '^cloud-api/src/(attachments/fetch|objects)/', test] },
    { path: serving },
  ),
  rule(
    'no-created-require',
    'A require made at run time, or a vm, escapes these rules; egress may dial anyway.',
    { path: '^(agent|cloud-api|shared)/(src|bin)/', pathNot: ['^agent/src/egress/', test] },
    { path: core('(module|vm)') },
  ),
  rule(
    'nothing-imports-test',
    'Product code does not know its tests. Unit tests may use test/builders.',
    { path: '^(agent|cloud-api|shared)/', pathNot: test },
    { path: ['^test/', npm('@nucleus/test')] },
  ),
  rule(
    'unit-tests-use-builders',
    'A unit test beside its file may import test/builders and nothing else of test/.',
    { path: `^(agent|cloud-api|shared)/.*${test}` },
    { path: '^test/', pathNot: '^test/builders/' },
  ),
  rule(
    'no-test-packages',
    'Product code does not import what only the tests depend on.',
    { path: '^(agent|cloud-api|shared)/', pathNot: test },
    { path: npm(`(${testPackages.join('|')})`) },
  ),
  rule(
    'declared-dependencies',
    'A workspace imports what its own package.json lists under dependencies; pages are bundled, so theirs may be dev.',
    { path: '^(agent|cloud-api|shared)/src/', pathNot: test },
    { dependencyTypes: ['npm-dev', 'npm-no-pkg', 'npm-unknown'], pathNot: '(^|/)node_modules/@types/' },
  ),
];

export default {
  forbidden,
  options: {
    parser: 'swc',
    tsPreCompilationDeps: true,
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '^(shared|agent|cloud-api|test)/dist/|^test/bench/[.]work/' },
    enhancedResolveOptions: {
      conditionNames: ['source', 'import', 'node', 'default', 'types'],
      exportsFields: ['exports'],
      extensions: ['.ts', '.tsx', '.mjs', '.js', '.d.ts', '.css', '.json'],
    },
  },
};
