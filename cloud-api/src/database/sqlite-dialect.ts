/**
 * SQLite for Kysely, with one thread that writes and a few that read beside it (WAL). Transactions and everything that writes go to
 * the writer, one after the other; a select outside a transaction goes to the reader with the least to do and sees every write that
 * was answered before.
 */
import {
  type CompiledQuery,
  type DatabaseConnection,
  type Dialect,
  type Driver,
  type QueryResult,
  SqliteAdapter,
  SqliteIntrospector,
  SqliteQueryCompiler,
} from 'kysely';
import { SqliteConnection } from './sqlite-connection.ts';
import { SqliteTurns } from './sqlite-turns.ts';

const readers = 2;

/** @param path a file that exists and is in WAL mode */
export function sqliteDialect(path: string, busyTimeoutMs: number): Dialect {
  return {
    createAdapter: () => new SqliteAdapter(),
    createDriver: () => new ThreadedDriver(path, busyTimeoutMs),
    createIntrospector: (db) => new SqliteIntrospector(db),
    createQueryCompiler: () => new SqliteQueryCompiler(),
  };
}

class ThreadedDriver implements Driver {
  readonly #path: string;
  readonly #busyTimeoutMs: number;
  #turns: SqliteTurns | undefined;
  #writer: SqliteConnection | undefined;
  #readers: SqliteConnection[] = [];

  constructor(path: string, busyTimeoutMs: number) {
    this.#path = path;
    this.#busyTimeoutMs = busyTimeoutMs;
  }

  async init(): Promise<void> {
    const common = { path: this.#path, busyTimeoutMs: this.#busyTimeoutMs };
    this.#writer = new SqliteConnection({ ...common, role: 'writer' });
    this.#turns = new SqliteTurns(this.#writer);
    this.#readers = Array.from({ length: readers }, () => new SqliteConnection({ ...common, role: 'reader' }));
  }

  async acquireConnection(): Promise<DatabaseConnection> {
    if (this.#writer === undefined || this.#turns === undefined) throw new Error('The database connection is not open');
    return new Lease(this.#writer, this.#readers, this.#turns);
  }

  async beginTransaction(lease: DatabaseConnection): Promise<void> {
    await (lease as Lease).begin();
  }

  async commitTransaction(lease: DatabaseConnection): Promise<void> {
    await (lease as Lease).commit();
  }

  async rollbackTransaction(lease: DatabaseConnection): Promise<void> {
    await (lease as Lease).rollback();
  }

  async releaseConnection(lease: DatabaseConnection): Promise<void> {
    await (lease as Lease).end();
  }

  async destroy(): Promise<void> {
    // readers first: the last to close folds the log into the file, which a reader may not
    await Promise.all(this.#readers.map((reader) => reader.close()));
    await this.#writer?.close();
  }
}

/** What a query or a transaction holds for as long as it takes. */
class Lease implements DatabaseConnection {
  readonly #writer: SqliteConnection;
  readonly #readers: readonly SqliteConnection[];
  readonly #turns: SqliteTurns;
  #endTurn: (() => void) | undefined;

  constructor(writer: SqliteConnection, readers: readonly SqliteConnection[], turns: SqliteTurns) {
    this.#writer = writer;
    this.#readers = readers;
    this.#turns = turns;
  }

  async begin(): Promise<void> {
    this.#endTurn = await this.#turns.take();
    await this.#turns.begin();
  }

  async commit(): Promise<void> {
    const endTurn = this.#takeTurn();
    if (endTurn !== undefined) await this.#turns.commit(endTurn);
  }

  /** After a commit that failed there is nothing left to undo. */
  async rollback(): Promise<void> {
    const endTurn = this.#takeTurn();
    if (endTurn !== undefined) await this.#turns.rollback(endTurn);
  }

  async executeQuery<R>({ sql, parameters, query }: CompiledQuery): Promise<QueryResult<R>> {
    const isRead = this.#endTurn === undefined && query.kind === 'SelectQueryNode';
    const { rows, changes } = isRead
      ? await leastBusy(this.#readers, this.#writer).run(sql, parameters)
      : await this.write(sql, parameters);
    return { rows: rows as R[], numAffectedRows: BigInt(changes) };
  }

  async write(sql: string, parameters: readonly unknown[]): Promise<{ rows: unknown[]; changes: number }> {
    if (this.#endTurn !== undefined) return this.#writer.run(sql, parameters);
    const endTurn = await this.#turns.take();
    return this.#turns.runAlone(endTurn, () => this.#writer.run(sql, parameters));
  }

  // biome-ignore lint/correctness/useYield: nobody streams from SQLite; pages are read by key
  async *streamQuery<R>(): AsyncIterableIterator<QueryResult<R>> {
    throw new Error('SQLite does not stream');
  }

  /** Of a transaction that did not come to its end, as when it could not begin. */
  async end(): Promise<void> {
    const endTurn = this.#takeTurn();
    if (endTurn !== undefined) await this.#turns.endIdle(endTurn);
  }

  #takeTurn(): (() => void) | undefined {
    const endTurn = this.#endTurn;
    this.#endTurn = undefined;
    return endTurn;
  }
}

function leastBusy(readers: readonly SqliteConnection[], fallback: SqliteConnection): SqliteConnection {
  return readers.reduce((best, each) => (each.queued < best.queued ? each : best), readers[0] ?? fallback);
}
