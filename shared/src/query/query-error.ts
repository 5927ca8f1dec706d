import { AppError } from '../failure/app-error.ts';
import type { Span } from './query-tree.ts';

/** What is wrong with a query, where, in words for the person who typed it; `expected` feeds completion. */
export class QueryError extends AppError {
  constructor(message: string, span: Span) {
    super('invalid-request', message, { at: { start: span.start, end: span.end } });
    this.name = 'QueryError';
  }
}
