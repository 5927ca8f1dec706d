import { mkdir } from 'node:fs/promises';
import { dirname } from 'node:path';
import { DOUBLE, type DuckDBConnection, type DuckDBType, type DuckDBValue } from '@duckdb/node-api';
import { AppError } from '@nucleus/shared/failure/app-error';
import { applyChanges } from './apply-changes.ts';
import type { VectorIndex } from './apply-vectors.ts';
import { openProjection, type ProjectionFile, removeProjection } from './open-projection.ts';
import type { SearchSchema } from './search-field.ts';
import { StatementTurns } from './statement-turns.ts';
import type { TruthFeed } from './truth-feed.ts';

/** Longest that a statement may run; the wait for its turn is not counted. */
const timeLimitMs = 1000;
const mostIdle = 8;
/** Of the whole process: libuv runs statements on four threads, which files and lookups need as well. */
const turns = new StatementTurns({ running: 3, waitMs: 10_000 });

/** Values bound to the `?` of a statement. */
export type Bound = readonly (string | number | boolean | bigint)[];

/** What a projection holds after every change that was committed before it was asked for. */
export interface SearchView {
  schema: SearchSchema;
  /** Equal positions mean equal answers. */
  position: string;
  /** Indexes whose vectors can be compared, by id. */
  vectorIndexes: ReadonlyMap<string, VectorIndex>;
  /**
   * Rows of one statement, as arrays of plain JavaScript values.
   * @throws AppError `invalid-request` when it takes longer than a second, `overloaded` when it is not its turn in time
   */
  ask: (sql: string, parameters?: Bound) => Promise<DuckDBValue[][]>;
}

/**
 * The search projection of one dataset: a file beside the truth, kept current before each answer. States: closed (nothing open),
 * open (file open, its position applied). A file that cannot be opened or is another's is thrown away and rebuilt.
 */
export class Projection {
  readonly #path: string;
  readonly #feed: TruthFeed;
  readonly #onCaughtUp: (seconds: number) => void;
  #file: ProjectionFile | undefined;
  #isForgetting = false;
  /** Connections that wait for the next question. */
  readonly #idle: DuckDBConnection[] = [];
  #catchingUp: Promise<ProjectionFile> | undefined;
  /** Begins when the present one is through: it sees what was committed before whoever waits for it came. */
  #catchingUpNext: Promise<ProjectionFile> | undefined;

  constructor(path: string, feed: TruthFeed, onCaughtUp: (seconds: number) => void = () => undefined) {
    this.#path = path;
    this.#feed = feed;
    this.#onCaughtUp = onCaughtUp;
  }

  /** Whether it holds fields that were being taken away when it was last brought up to date. */
  get isForgetting(): boolean {
    return this.#isForgetting;
  }

  /** Applies what was committed; questions that belong together ask one view. */
  async current(): Promise<SearchView> {
    const file = await this.#current();
    const { storeEpoch, position } = file;
    return {
      // copied, because the next changes may add fields that are not there before they are committed
      schema: {
        metadata: new Map(file.fields),
        slices: file.slices,
        tags: file.tags,
        labels: file.labels,
        autotags: file.autotags,
      },
      position: `${storeEpoch} ${position.changeNo} ${position.seq}`,
      vectorIndexes: file.vectors.indexes,
      ask: (sql, parameters = []) => turns.run(this.#path, () => this.#ask(file, sql, parameters)),
    };
  }

  async close(): Promise<void> {
    await this.#catchingUp?.catch(() => undefined);
    this.#drop();
  }

  async #ask(seen: ProjectionFile, sql: string, parameters: Bound): Promise<DuckDBValue[][]> {
    // closed meanwhile for others that were asked later: what is opened again holds no less
    const file = this.#file === seen ? seen : await this.#current();
    const connection = this.#idle.pop() ?? (await file.instance.connect());
    try {
      const rows = await withTimeLimit(connection, async () => {
        const reader = await connection.runAndReadAll(sql, [...parameters], parameters.map(typeOf) as DuckDBType[]);
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

  #drop(): void {
    for (const connection of this.#idle.splice(0)) connection.closeSync();
    this.#file?.writer.closeSync();
    this.#file?.instance.closeSync();
    this.#file = undefined;
  }

  /** A look that is under way may have read the truth before a write that the caller knows of: those who come meanwhile share the next. */
  #current(): Promise<ProjectionFile> {
    if (this.#catchingUp === undefined) {
      this.#catchingUp = this.#catchUp().finally(() => {
        this.#catchingUp = undefined;
      });
      return this.#catchingUp;
    }
    this.#catchingUpNext ??= this.#catchingUp
      .catch(() => undefined)
      .then(() => {
        this.#catchingUpNext = undefined;
        return this.#current();
      });
    return this.#catchingUpNext;
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
    if (await this.#hasForgotten(this.#file)) {
      // what is deleted from such a file may stay in it, and so do the names of its columns
      this.#drop();
      await removeProjection(this.#path);
      this.#file = await openProjection(this.#path, storeEpoch);
      await applyChanges(this.#file, this.#feed);
    }
    this.#onCaughtUp((performance.now() - startedMs) / 1000);
    return this.#file;
  }

  /** Whether the last value of the fields that are kept inside by now is gone. */
  async #hasForgotten({ writer, fields }: ProjectionFile): Promise<boolean> {
    const isKeptInside = await this.#feed.keptInside();
    const columns = [...fields.values()].filter(({ name }) => isKeptInside(name)).map(({ column }) => column);
    this.#isForgetting = columns.length > 0;
    if (!this.#isForgetting) return false;
    const counts = columns.map((column) => `count(${column})::double`);
    const reader = await writer.runAndReadAll(`select ${counts.join(', ')} from items`);
    this.#isForgetting = reader
      .getRows()
      .flat()
      .some((count) => Number(count) > 0);
    return !this.#isForgetting;
  }
}

/** The engine takes whole numbers for integers of 64 bits, which 1e40 is not; undefined leaves the choice to it. */
function typeOf(value: Bound[number]): DuckDBType | undefined {
  return typeof value === 'number' && !Number.isSafeInteger(value) ? DOUBLE : undefined;
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
