/** Preloaded into a cloud under test: the control of its kill test. Over SQLite it answers for commits that it has not made. */
import { createRequire, syncBuiltinESMExports } from 'node:module';
import threads from 'node:worker_threads';

const Sqlite = createRequire(process.argv[1] ?? import.meta.url)('better-sqlite3');

// SQLite has threads of its own, which start without the words that the process was given
const { Worker } = threads;
threads.Worker = class extends Worker {
  constructor(url, options) {
    super(url, { ...options, execArgv: process.execArgv });
  }
};
syncBuiltinESMExports();

const { prepare } = Sqlite.prototype;
const nothing = { reader: false, run: () => ({ changes: 0 }) };
Sqlite.prototype.prepare = function (sql) {
  if (sql === 'commit') return nothing;
  const statement = prepare.call(this, sql);
  if (sql !== 'begin immediate') return statement;
  return { reader: false, run: () => (this.inTransaction ? nothing : statement).run() };
};
