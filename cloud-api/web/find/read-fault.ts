import { parseQuery } from '@nucleus/shared/query/parse-query';
import { CallFailure } from '@nucleus/shared/ui/client/call-failure.ts';
import type { QueryFault } from '@nucleus/shared/ui/query/query-error-line.tsx';

/** What is wrong with the query, if that is why a call was refused. */
export function readFault(failure: unknown): QueryFault | undefined {
  if (!(failure instanceof CallFailure) || failure.code !== 'invalid-request') return undefined;
  return { sentence: failure.message, ...(typeof failure.at === 'object' ? { at: failure.at } : {}) };
}

/** Whether a text is a query, or asks for nothing. Its fields may still be unknown. */
export function isQuery(text: string): boolean {
  if (text.trim() === '') return true;
  try {
    parseQuery(text);
    return true;
  } catch {
    return false;
  }
}
