import { spellField } from '@nucleus/shared/query/write-query';
import type { ReactElement } from 'react';

/** What is wrong with a query and which characters of its text. */
export interface QueryFault {
  sentence: string;
  at?: { start: number; end: number } | undefined;
}

interface QueryErrorLineProps {
  fault: QueryFault;
  /** Takes the field that was meant in place of the one that is wrong. */
  onMend: (field: string) => void;
}

/** The sentence under the bar; where it offers another field, that is one click away. */
export function QueryErrorLine({ fault, onMend }: QueryErrorLineProps): ReactElement {
  const meant = /^(.*Did you mean )(.+)\?$/s.exec(fault.sentence);
  return (
    <p className="query-fault sm" role="alert">
      {meant === null || fault.at === undefined ? (
        fault.sentence
      ) : (
        <>
          {meant[1]}
          <button type="button" className="link" onClick={() => onMend(spellField(meant[2] ?? ''))}>
            {meant[2]}
          </button>
          ?
        </>
      )}
    </p>
  );
}
