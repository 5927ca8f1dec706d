import { CallFailure } from '@nucleus/shared/ui/client/call-failure.ts';
import type { QueryFault } from './query-error-line.tsx';

/** What is wrong with the query, if that is why a call was refused. */
export function readFault(failure: unknown): QueryFault | undefined {
  if (!(failure instanceof CallFailure) || failure.code !== 'invalid-request') return undefined;
  return { sentence: failure.message, ...(typeof failure.at === 'object' ? { at: failure.at } : {}) };
}
