/**
 * Ends every run with what was not tested and why, and with one plain line of counts:
 *     skipped: NAME — reason
 *     second try: NAME — what the first one met
 *     12 passed, 0 failed, 1 skipped
 * A file that could not be loaded and an error outside every test count as failed.
 */
import { writeSync } from 'node:fs';
import type { SerializedError } from 'vitest';
import type { Reporter, TestCase, TestModule } from 'vitest/node';

export default class ReportSkips implements Reporter {
  #ending = '';

  onInit(): void {
    // at exit, so that nothing (a teardown's message, another reporter) comes after the counts
    process.once('exit', () => this.#ending !== '' && writeSync(1, this.#ending));
  }

  onTestRunEnd(modules: readonly TestModule[], unhandled: readonly SerializedError[]): void {
    const tests = modules.flatMap((module) => [...module.children.allTests()]);
    const stateOf = (test: TestCase) => test.result().state;
    const skipped = tests.filter((test) => stateOf(test) === 'skipped' || stateOf(test) === 'pending');
    const brokenModules = modules.filter((module) => module.errors().length > 0).length;
    const brokenSuites = modules
      .flatMap((module) => [...module.children.allSuites()])
      .filter((suite) => suite.errors().length > 0);
    const failed = tests.filter((test) => stateOf(test) === 'failed').length;
    const passed = tests.filter((test) => stateOf(test) === 'passed').length;
    const lines = skipped.map((test) => `skipped: ${test.project.name} ${test.fullName} — ${reasonOf(test)}\n`);
    for (const test of tests.filter((one) => one.diagnostic()?.flaky === true)) {
      const met = (test.result().errors ?? []).map(({ message }) => message.split('\n')[0]).join('; ');
      lines.push(`second try: ${test.project.name} ${test.fullName} — ${met}\n`);
    }
    const failures = failed + brokenModules + brokenSuites.length + unhandled.length;
    this.#ending = `${lines.join('')}${passed} passed, ${failures} failed, ${skipped.length} skipped\n`;
  }
}

/** What `context.skip('reason')` said, or the `[needs …]` in the name of a group. */
function reasonOf(test: TestCase): string {
  const result = test.result();
  const note = result.state === 'skipped' ? result.note : undefined;
  return note ?? /\[needs ([^\]]+)\]/.exec(test.fullName)?.[1] ?? 'no reason given';
}
