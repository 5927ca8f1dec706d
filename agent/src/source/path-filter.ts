import picomatch from 'picomatch';

/** Whether a file is taken in, by its path relative to the source (one character a byte). */
export type PathFilter = (key: string) => boolean;

/**
 * Dotfiles and what is in dot-folders are left out always, then what matches no include glob or any exclude glob.
 * Globs are compared with the path's bytes, so a glob outside ASCII is turned to bytes as well.
 */
export function pathFilter(include: readonly string[], exclude: readonly string[]): PathFilter {
  const isIncluded = include.includes('**') ? () => true : matcher(include);
  const isLeftOut = exclusion(exclude);
  return (key) => isIncluded(key) && !isLeftOut(key);
}

/**
 * Whether everything below a folder is left out, whatever it is called: dot-folders, and folders of exclude globs that end in `/**`. Asked
 * from the root downwards; a folder below an excluded one is never asked about.
 */
export function folderFilter(exclude: readonly string[]): PathFilter {
  const whole = exclude.flatMap((glob) => (glob === '**' ? ['**'] : glob.endsWith('/**') ? [glob.slice(0, -3)] : []));
  const isExcluded = whole.length === 0 ? () => false : matcher(whole);
  return (key) => key !== '' && (hasDotComponent(key) || isExcluded(key));
}

/** Whether a file is left out whatever its include globs say: by a dot on its way or an exclude glob. */
export function exclusion(exclude: readonly string[]): PathFilter {
  const isExcluded = exclude.length === 0 ? () => false : matcher(exclude);
  return (key) => hasDotComponent(key) || isExcluded(key);
}

function matcher(globs: readonly string[]): (key: string) => boolean {
  return picomatch(
    globs.map((glob) => Buffer.from(glob).toString('latin1')),
    { nonegate: true, windows: false },
  );
}

function hasDotComponent(key: string): boolean {
  return key.charCodeAt(0) === 0x2e || key.includes('/.');
}
