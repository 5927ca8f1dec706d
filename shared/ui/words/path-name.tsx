import type { ReactElement } from 'react';
import { visibleText } from './visible-text.ts';

const tailLetters = 14;

/** A path on one line: where it does not fit it is cut in its middle, and the whole of it is its title. */
export function PathName({ path }: { path: string }): ReactElement {
  const name = visibleText(path);
  const letters = [...name];
  return (
    <span className="cut-mid" title={name}>
      <span>{letters.slice(0, -tailLetters).join('')}</span>
      <span>{letters.slice(-tailLetters).join('')}</span>
    </span>
  );
}
