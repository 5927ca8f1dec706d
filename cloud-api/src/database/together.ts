/**
 * Statements of a transaction that do not wait for each other's answers, sent as one. The way to the database and back, to SQLite's thread
 * or to PostgreSQL, costs more than most statements, and the next writer of a dataset waits for each.
 */
import { setImmediate as nextTurn } from 'node:timers/promises';
import { CompiledQuery, type DatabaseConnection, Kysely, type QueryResult } from 'kysely';
import { isPostgres } from './dialect.ts';
import type { Database } from './open-database.ts';
import type { SqliteResult, SqliteTogether } from './sqlite-messages.ts';
import type { Tables } from './tables.ts';

/**
 * Asks several things of a transaction at once. They run in the order in which they are asked, and all of them have ended when this does.
 * @param tx a transaction
 * @param ask begins each with the handle that it is given, which stays good until the transaction ends
 * @throws the error of the first that failed
 */
export async function together<Answers extends readonly unknown[]>(
  tx: Database,
  ask: (tx: Database) => readonly [...{ [At in keyof Answers]: Promise<Answers[At]> | Answers[At] }],
): Promise<Answers> {
  const connection = isPostgres(tx) ? await connectionOf(tx) : new GatheringConnection(tx);
  // Settled, not only rejected: a statement that came after its transaction was undone would stand alone.
  const answers = await Promise.allSettled(ask(handleOn(tx, connection)));
  for (const answer of answers) if (answer.status === 'rejected') throw answer.reason;
  return answers.map((answer) => (answer as PromiseFulfilledResult<unknown>).value) as unknown as Answers;
}

/** The connection of a PostgreSQL transaction: what is asked of it without waiting is sent without waiting, and answered in order. */
function connectionOf(tx: Database): Promise<DatabaseConnection> {
  return new Promise((resolve, reject) => {
    tx.getExecutor()
      .provideConnection(async (connection) => resolve(connection))
      .catch(reject);
  });
}

/** A handle on the same transaction whose statements do not wait for each other. */
function handleOn(tx: Database, connection: DatabaseConnection): Database {
  const executor = tx.getExecutor().withConnectionProvider({ provideConnection: (consumer) => consumer(connection) });
  // only the executor is ever used: the handle begins and ends nothing
  const unused = {} as never;
  return new Kysely<Tables>({ config: { dialect: unused }, driver: unused, dialect: unused, executor });
}

interface Asked {
  query: CompiledQuery;
  resolve: (result: QueryResult<never>) => void;
  reject: (error: unknown) => void;
}

/** Sends what it is asked within one turn of the event loop to SQLite's thread as one. */
class GatheringConnection implements DatabaseConnection {
  readonly #tx: Database;
  #asked: Asked[] = [];

  constructor(tx: Database) {
    this.#tx = tx;
  }

  executeQuery<R>(query: CompiledQuery): Promise<QueryResult<R>> {
    return new Promise((resolve, reject) => {
      this.#asked.push({ query, resolve: resolve as Asked['resolve'], reject });
      if (this.#asked.length === 1) void this.#sendSoon();
    });
  }

  // biome-ignore lint/correctness/useYield: nobody streams from SQLite; pages are read by key
  async *streamQuery<R>(): AsyncIterableIterator<QueryResult<R>> {
    throw new Error('SQLite does not stream');
  }

  async #sendSoon(): Promise<void> {
    await nextTurn();
    const asked = this.#asked.splice(0);
    const statements = asked.map(({ query: { sql, parameters } }) => ({ sql, parameters }));
    try {
      const { rows } = await this.#tx.executeQuery<SqliteResult>(
        CompiledQuery.raw('', [{ statements } satisfies SqliteTogether]),
      );
      for (const [at, { resolve }] of asked.entries()) {
        const result = rows[at] as SqliteResult;
        resolve({ rows: result.rows as never[], numAffectedRows: BigInt(result.changes) });
      }
    } catch (error) {
      for (const { reject } of asked) reject(error);
    }
  }
}
