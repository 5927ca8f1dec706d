/**
 * What `npm ci` runs last: builds everything (a failed build fails the install) and, in a checkout, installs the
 * pre-commit hook. An install without development packages has no compiler: it takes the build that is there.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../..', import.meta.url));
const bin = (name) => join(root, 'node_modules/.bin', name);

const hasCompiler = existsSync(bin('tsc')) && existsSync(bin('vite'));
const hasBuild = existsSync(join(root, 'agent/dist/web')) && existsSync(join(root, 'cloud-api/dist/web'));
if (hasCompiler) {
  const build = spawnSync('npm', ['run', 'build'], { cwd: root, stdio: ['ignore', 'inherit', 'inherit'] });
  if (build.status !== 0) process.exit(build.status ?? 1);
} else if (hasBuild) process.stdout.write('No compiler is installed; the present build is kept.\n');
else {
  process.stderr.write('Nothing is built and no compiler is installed: run npm ci without --omit=dev first.\n');
  process.exit(1);
}
if (wantsHook()) {
  // a hook is a convenience: where it cannot be written, the install still succeeds, and says so
  const hooks = spawnSync(bin('simple-git-hooks'), {
    cwd: root,
    stdio: ['ignore', 'ignore', 'pipe'],
    encoding: 'utf8',
  });
  if (hooks.status !== 0) process.stderr.write(`The pre-commit hook was not installed: ${hooks.stderr}\n`);
}

/** Only in a checkout of its own (.git is a folder), and never over a hook that somebody else wrote. */
function wantsHook() {
  const git = join(root, '.git');
  if (process.env.CI || !existsSync(bin('simple-git-hooks')) || !existsSync(git) || !statSync(git).isDirectory())
    return false;
  const elsewhere = spawnSync('git', ['config', '--get', 'core.hooksPath'], { cwd: root, encoding: 'utf8' });
  if (elsewhere.error || elsewhere.stdout.trim() !== '') return false;
  const hook = join(git, 'hooks/pre-commit');
  return !existsSync(hook) || readFileSync(hook, 'utf8').includes('SKIP_SIMPLE_GIT_HOOKS');
}
