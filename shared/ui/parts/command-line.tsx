import type { ReactElement } from 'react';
import { CopyButton } from './copy-button.tsx';

/** A command to run in a shell, with a button that copies it. */
export function CommandLine({ command }: { command: string }): ReactElement {
  return (
    <div className="cmd">
      <span>{command}</span>
      <CopyButton text={command} name="Copy command" />
    </div>
  );
}
