import { failureCode, failureSentence } from '@nucleus/shared/ui/client/call-failure.ts';
import type { ReactElement } from 'react';

/** Why nothing can be told of a file. */
export function FileFailure({ error }: { error: unknown }): ReactElement {
  return (
    <p className="note d" role="alert">
      {failureCode(error) === 'item-not-found' ? 'This file is no longer in the catalogue.' : failureSentence(error)}
    </p>
  );
}
