import { CopyButton } from '@nucleus/shared/ui/parts/copy-button.tsx';
import type { ReactElement } from 'react';

/** Lines of Python to try, with a button that copies them. */
export function Snippet({ code }: { code: string }): ReactElement {
  return (
    <div className="code snippet">
      <pre>{code}</pre>
      <CopyButton text={code} name="Copy code" />
    </div>
  );
}
