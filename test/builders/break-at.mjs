/**
 * Preloaded into the agent under test: ends the process by SIGKILL, or makes a write of the ledger fail, at a named point. `TEST_BREAK_AT` is
 * `POINT:N`, the N-th time that the point is reached; with
 * `TEST_WITHOUT_TRANSACTIONS` statements stand alone, as a control. The points lie around what has to survive: transactions (told apart by what they
 * write), ledger lines and requests. The product knows nothing of them.
 */
import { appendFileSync } from 'node:fs';
import { open } from 'node:fs/promises';
import http from 'node:http';
import { createRequire, syncBuiltinESMExports } from 'node:module';

const [wanted, count] = (process.env.TEST_BREAK_AT ?? ':').split(':');
const product = createRequire(process.argv[1] ?? import.meta.url);
let left = Number(count || 1);

/** Whether this is the time to break. */
function isNow(point) {
  if (point !== wanted) return false;
  left -= 1;
  return left === 0;
}
function reach(point) {
  if (!isNow(point)) return;
  appendFileSync(process.env.TEST_BREAK_LOG, `${point}\n`);
  process.kill(process.pid, 'SIGKILL');
  // the signal comes to this thread at once; nothing below runs
  for (;;);
}

/** What a transaction is about, by the statements that it runs. */
const kinds = [
  ['migration', /create table outbox/],
  ['tombstone', /presence = 'tombstone', deleted_ms = @nowMs/],
  ['ack', /update items set acked_revision/],
  ['owe', /insert into outbox/],
];
const Database = product('better-sqlite3');
let seen = new Set();
const note = (sql) => {
  for (const [kind, pattern] of kinds) if (pattern.test(sql)) seen.add(kind);
};
const { transaction, prepare, exec } = Database.prototype;
Database.prototype.exec = function (sql) {
  note(sql);
  return exec.call(this, sql);
};
Database.prototype.prepare = function (sql) {
  const statement = prepare.call(this, sql);
  if (kinds.some(([, pattern]) => pattern.test(sql))) {
    const { run, get } = statement;
    statement.run = function (...args) {
      if (kinds[3][1].test(sql)) reach('within-owe');
      note(sql);
      return run.apply(this, args);
    };
    statement.get = function (...args) {
      note(sql);
      return get.apply(this, args);
    };
  }
  return statement;
};
Database.prototype.transaction = function (work) {
  if (process.env.TEST_WITHOUT_TRANSACTIONS) return Object.assign((...args) => work(...args), { immediate: work });
  let mine = new Set();
  const wrapped = transaction.call(this, (...args) => {
    const before = seen;
    seen = new Set();
    try {
      const result = work(...args);
      mine = seen;
      for (const kind of mine) reach(`before-${kind}-commit`);
      return result;
    } finally {
      seen = before;
    }
  });
  const after =
    (run) =>
    (...args) => {
      const result = run(...args);
      for (const kind of mine) reach(`after-${kind}-commit`);
      return result;
    };
  return Object.assign(after(wrapped), {
    immediate: after(wrapped.immediate),
    exclusive: after(wrapped.exclusive),
    deferred: after(wrapped.deferred),
  });
};

const probe = await open('/dev/null', 'r');
const FileHandle = Object.getPrototypeOf(probe);
await probe.close();
const { write, datasync } = FileHandle;
FileHandle.write = async function (buffer, offset, length, position) {
  if (isNow('torn-ledger-line')) {
    await write.call(this, buffer, offset, Math.floor(length / 2), position);
    appendFileSync(process.env.TEST_BREAK_LOG, 'torn-ledger-line\n');
    process.kill(process.pid, 'SIGKILL');
  }
  if (isNow('ledger-write-fails')) throw Object.assign(new Error('write failed'), { code: 'EIO' });
  return write.call(this, buffer, offset, length, position);
};
FileHandle.datasync = async function () {
  reach('before-ledger-sync');
  if (isNow('ledger-sync-fails')) throw Object.assign(new Error('sync failed'), { code: 'EIO' });
  await datasync.call(this);
  reach('after-ledger-sync');
};

const { request } = http;
http.request = function (...args) {
  const made = request.apply(this, args);
  if (!made.path?.includes('/v1/agents/changes')) return made;
  reach('before-send');
  return made.prependOnceListener('response', () => reach('after-answer'));
};
syncBuiltinESMExports();
