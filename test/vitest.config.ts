/** Every test of the house, by kind. `npm test -- --project unit` runs one kind. */
import { defineConfig } from 'vitest/config';

const source = { resolve: { conditions: ['source'] }, ssr: { resolve: { conditions: ['source'] } } };
const here = import.meta.dirname;
const postgres = `${here}/house/start-postgres.ts`;
/** Kinds that drive servers, databases and whole programs: a shared machine may starve one of them for seconds. What needed its second try is told at the end. */
const triesOnceMore = process.env.CI === 'true' ? ['contract', 'wire', 'flow', 'fault', 'browser'] : [];

/** @param isolate whether each file has a process of its own; where nothing global is touched, files share one and its modules. */
function project(name: string, include: string[], testTimeoutMs: number, globalSetup: string[] = [], isolate = true) {
  return {
    ...source,
    test: {
      name,
      include,
      globalSetup,
      setupFiles: isolate ? [] : [`${here}/house/fix-seed.ts`],
      retry: triesOnceMore.includes(name) ? 1 : 0,
      isolate,
      environment: 'node',
      testTimeout: testTimeoutMs,
      hookTimeout: Math.max(testTimeoutMs, 60_000),
      allowOnly: false,
      // a state that is waited for may take its time on a busy machine
      expect: { requireAssertions: true, poll: { timeout: 15_000 } },
    },
  } as const;
}

export default defineConfig({
  ...source,
  root: `${here}/..`,
  test: {
    maxWorkers: 3,
    pool: 'forks',
    passWithNoTests: false,
    reporters: ['default', `${here}/house/report-skips.ts`],
    projects: [
      project(
        'unit',
        [
          '{agent,cloud-api,shared}/src/**/*.test.ts',
          'shared/ui/**/*.test.{ts,tsx}',
          '{agent,cloud-api}/web/**/*.test.{ts,tsx}',
        ],
        30_000,
        [],
        false,
      ),
      project('contract', ['test/contract/**/*.test.ts'], 30_000, [postgres], false),
      project('wire', ['test/wire/**/*.test.ts'], 30_000, [postgres], false),
      project('flow', ['test/flow/**/*.test.ts'], 120_000, [postgres]),
      project('fault', ['test/fault/**/*.test.ts'], 180_000, [postgres]),
      project('browser', ['test/browser/**/*.test.ts'], 120_000, [postgres]),
      project('house', ['test/house/**/*.test.ts'], 30_000),
    ],
  },
});
