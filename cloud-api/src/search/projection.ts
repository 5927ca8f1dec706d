import { mkdir } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { DuckDBConnection, DuckDBValue } from '@duckdb/node-api';
import { AppError } from '@nucleus/shared/failure/app-error';
import { applyChanges } from './apply-changes.ts';
import type { VectorIndex } from './apply-vectors.ts';
import { openProjection, type ProjectionFile } from './open-projection.ts';
import type { SearchSchema } from './search-field.ts';
import type { TruthFeed } from './truth-feed.ts';

const timeLimitMs = 1000;
const mostIdle = 8;

/** Values bound to the `?` of a statement. */
export type Bound = readonly (string | number | boolean | bigint)[];

/**
 * The search projection of one dataset: a file beside the truth, kept current before each answer. States: closed (nothing open),
 * open (file open, its position applied). A file that cannot be opened or is another's is thrown away and rebuilt.
 */
export class Projection {
  readonly #path: string;
  readonly #feed: TruthFeed;
  #file: ProjectionFile | undefined;
  /** Connections that wait for the next question. */
  readonly #idle: DuckDBConnection[] = [];
  #catchingUp: Promise<ProjectionFile> | undefined;

  readonly #onCaughtUp: (seconds: number) => void;

  constructor(path: string, feed: TruthFeed, onCaughtUp: (seconds: number) => void = () => undefined) {
    this.#path = path;
    this.#feed = feed;
    this.#onCaughtUp = onCaughtUp;
  }

  /** What can be asked about, after every committed change is applied. */
  async schema(): Promise<SearchSchema> {
    const file = await this.#current();
    return { metadata: file.fields, slices: file.slices, tags: file.tags };
  }

  /** Equal positions mean equal answers; taken after every committed change is applied. */
  async position(): Promise<string> {
    const { storeEpoch, position } = await this.#current();
    return `${storeEpoch} ${position.changeNo} ${position.seq}`;
  }

  /** Indexes whose vectors can be compared, by id, after every committed change is applied. */
  async vectorIndexes(): Promise<ReadonlyMap<string, VectorIndex>> {
    return (await this.#current()).vectors.indexes;
  }

  /**
   * Rows of one statement over the current projection, as arrays of plain JavaScript values.
   * @throws AppError `invalid-request` when it takes longer than a second.
   */
  async ask(sql: string, parameters: Bound = []): Promise<DuckDBValue[][]> {
    const file = await this.#current();
    const connection = this.#idle.pop() ?? (await file.instance.connect());
    try {
      const rows = await withTimeLimit(connection, async () => {
        const reader = await connection.runAndReadAll(sql, [...parameters]);
        return reader.getRows();
      });
      // one that was interrupted or failed is not asked again
      if (this.#file === file && this.#idle.length < mostIdle) this.#idle.push(connection);
      else connection.closeSync();
      return rows;
    } catch (error) {
      connection.closeSync();
      throw error;
    }
  }

  async close(): Promise<void> {
    await this.#catchingUp?.catch(() => undefined);
    this.#drop();
  }

  #drop(): void {
    for (const connection of this.#idle.splice(0)) connection.closeSync();
    this.#file?.writer.closeSync();
    this.#file?.instance.closeSync();
    this.#file = undefined;
  }

  /** Single flight per call chain: a question that comes while changes are applied waits, then looks again for newer ones. */
  async #current(): Promise<ProjectionFile> {
    while (this.#catchingUp) await this.#catchingUp.catch(() => undefined);
    this.#catchingUp = this.#catchUp();
    try {
      return await this.#catchingUp;
    } finally {
      this.#catchingUp = undefined;
    }
  }

  async #catchUp(): Promise<ProjectionFile> {
    const startedMs = performance.now();
    const storeEpoch = await this.#feed.storeEpoch();
    if (this.#file && this.#file.storeEpoch !== storeEpoch) this.#drop();
    if (!this.#file) {
      await mkdir(dirname(this.#path), { recursive: true, mode: 0o700 });
      this.#file = await openProjection(this.#path, storeEpoch);
    }
    await applyChanges(this.#file, this.#feed);
    this.#onCaughtUp((performance.now() - startedMs) / 1000);
    return this.#file;
  }
}

async function withTimeLimit<T>(connection: DuckDBConnection, run: () => Promise<T>): Promise<T> {
  let isLate = false;
  const timer = setTimeout(() => {
    isLate = true;
    connection.interrupt();
  }, timeLimitMs);
  try {
    return await run();
  } catch (error) {
    if (!isLate) throw error;
    throw new AppError(
      'invalid-request',
      `This query took longer than ${timeLimitMs / 1000} s. Narrow it and try again.`,
    );
  } finally {
    clearTimeout(timer);
  }
}
