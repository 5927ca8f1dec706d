/** Where bytes are kept: private, addressed by key, never changed once written. Every backend passes one contract suite. */
import type { Readable } from 'node:stream';
import { AppError } from '@nucleus/shared/failure/app-error';

/** `from` and `to` are both inclusive. */
export interface StoredRange {
  from: number;
  to: number;
}

/** Keys are lower-case: letters, digits, `_`, `-` and `.`, in parts between `/`; no part begins with a dot. */
export interface ObjectStore {
  /**
   * Keeps `content` under `key`, whole or not at all: nobody ever reads a part of it, and what was answered survives a power cut.
   * The same key again replaces it.
   * @returns bytes that were written.
   */
  put(key: string, content: AsyncIterable<Uint8Array>): Promise<number>;
  /**
   * A stream over an object, or over a part of it. An object that goes away meanwhile ends the stream with an error.
   * @throws AppError `not-found`
   */
  get(key: string, range?: StoredRange): Promise<Readable>;
  /** Undefined when there is no such object. */
  stat(key: string): Promise<{ bytes: number } | undefined>;
  /** No error when there is none. */
  remove(key: string): Promise<void>;
  /** Keys that begin with `prefix`, in order; may be many. */
  list(prefix: string): AsyncIterable<string>;
}

const keyShape = /^[a-z0-9_-][a-z0-9_.-]*(\/[a-z0-9_-][a-z0-9_.-]*)*$/;

/** @throws RangeError for a key that a backend could take for something else; keys come from ids and hashes, never from callers */
export function assertObjectKey(key: string): void {
  if (key.length > 512 || !keyShape.test(key)) throw new RangeError('this is no object key');
}

export function objectNotFound(): AppError {
  return new AppError('not-found', 'The file is not there any more.');
}
