/** Patterns over paths: `*` is anything but a slash, `**` anything, `?` one character but a slash. Pure. */

/**
 * The folder that a pattern of the form `folder/**`, or one without any wildcard, is about. Paths are compared as they are shown, and an
 * escape in them stands for bytes that are not text, so a pattern with a backslash has no such folder.
 */
export function plainPrefix(pattern: string): { folder: string; isExactToo: boolean } | undefined {
  if (pattern.includes('\\')) return undefined;
  const isBelow = pattern.endsWith('/**');
  const stem = isBelow ? pattern.slice(0, -3) : pattern.replace(/\/$/, '');
  if (stem === '' || /[*?]/.test(stem)) return undefined;
  return { folder: stem, isExactToo: !isBelow };
}

/** A test for paths as they are shown. A pattern without wildcards is a file or a folder with all that lies below it. */
export function pathTest(pattern: string): (path: string) => boolean {
  if (!/[*?]/.test(pattern)) {
    const stem = pattern.replace(/\/$/, '');
    return (path) => path === stem || path.startsWith(`${stem}/`);
  }
  let source = '';
  for (let at = 0; at < pattern.length; at++) {
    const char = pattern[at] as string;
    if (char === '*' && pattern[at + 1] === '*') {
      // `**/` may also stand for nothing
      const hasSlash = pattern[at + 2] === '/';
      source += hasSlash ? '(?:.*/)?' : '.*';
      at += hasSlash ? 2 : 1;
    } else if (char === '*') source += '[^/]*';
    else if (char === '?') source += '[^/]';
    else source += char.replace(/[\\^$.|+()[\]{}/-]/, '\\$&');
  }
  const whole = new RegExp(`^${source}$`, 'su');
  return (path) => whole.test(path);
}
