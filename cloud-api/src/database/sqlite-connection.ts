import { Worker } from 'node:worker_threads';
import type { SqliteAnswer, SqliteJob, SqliteQuestion } from './sqlite-messages.ts';

interface Waiting {
  resolve: (answer: { rows: unknown[]; changes: number }) => void;
  reject: (error: Error) => void;
}

/** The built thread: beside this file, or in the last build when the program runs from its source, as tests do. */
const threadUrl = new URL('./sqlite-thread.js', import.meta.url.replace('/cloud-api/src/', '/cloud-api/dist/'));

/** What a thread answers lives for a moment: with the usual 64 MiB, three threads would keep that much garbage each. */
const maxYoungGenerationSizeMb = 8;

/** A connection in a thread of its own; statements run in the order in which they were asked. */
export class SqliteConnection {
  readonly #worker: Worker;
  readonly #waiting = new Map<number, Waiting>();
  #lastId = 0;
  #ended: Error | undefined;

  constructor(job: SqliteJob) {
    this.#worker = new Worker(threadUrl, {
      workerData: job,
      env: {},
      execArgv: [],
      resourceLimits: { maxYoungGenerationSizeMb },
    });
    this.#worker.unref();
    this.#worker.on('message', (answer: SqliteAnswer) => this.#take(answer));
    this.#worker.on('error', (error) => this.#end(error instanceof Error ? error : new Error(String(error))));
    this.#worker.on('exit', () => this.#end(new Error('The database connection is not open')));
  }

  /** How many statements have no answer yet. */
  get queued(): number {
    return this.#waiting.size;
  }

  run(sql: string, parameters: readonly unknown[]): Promise<{ rows: unknown[]; changes: number }> {
    if (this.#ended) return Promise.reject(this.#ended);
    return new Promise((resolve, reject) => {
      this.#lastId += 1;
      const question: SqliteQuestion = { id: this.#lastId, sql, parameters };
      this.#waiting.set(question.id, { resolve, reject });
      // an idle connection does not keep a program alive, one that owes an answer does
      if (this.#waiting.size === 1) this.#worker.ref();
      this.#worker.postMessage(question);
    });
  }

  /** Closes the file behind everything that was asked. */
  async close(): Promise<void> {
    if (this.#ended) return;
    this.#worker.ref();
    const gone = new Promise<void>((resolve) => this.#worker.once('exit', () => resolve()));
    this.#worker.postMessage('close');
    await gone;
  }

  #take(answer: SqliteAnswer): void {
    const waiting = this.#waiting.get(answer.id);
    this.#waiting.delete(answer.id);
    if (this.#waiting.size === 0) this.#worker.unref();
    if ('error' in answer) {
      const { name, message, code } = answer.error;
      waiting?.reject(Object.assign(new Error(message), { name }, code === undefined ? {} : { code }));
    } else waiting?.resolve(answer);
  }

  #end(error: Error): void {
    this.#ended ??= error;
    for (const { reject } of this.#waiting.values()) reject(error);
    this.#waiting.clear();
  }
}
