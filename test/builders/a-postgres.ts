/** A fresh database in the one PostgreSQL that the tests run (test/house/start-postgres.ts). */
import { randomBytes } from 'node:crypto';
import pg from 'pg';
import { describe, inject } from 'vitest';

const postgres = inject('postgres');

export interface PostgresDatabase {
  url: string;
  /** Closes every connection to the database and removes it. */
  drop: () => Promise<void>;
  /** Copies it while nobody is connected; the function that it resolves to puts the copy in its place. */
  copy: () => Promise<() => Promise<void>>;
}

/**
 * A group of tests that needs a PostgreSQL: skipped by name, with the reason, where none can run.
 * Open the database inside (`beforeAll`), so that nothing is opened when the group is skipped.
 */
export function describeWithPostgres(name: string, body: () => void): void {
  if ('reason' in postgres) describe.skip(`${name} [needs PostgreSQL: ${postgres.reason}]`, body);
  else describe(name, body);
}

/** @throws Error when no PostgreSQL runs: use {@link describeWithPostgres} around it. */
export async function aPostgresDatabase(): Promise<PostgresDatabase> {
  if ('reason' in postgres) throw new Error(`No PostgreSQL runs: ${postgres.reason}`);
  const { adminUrl } = postgres;
  const name = `test_${randomBytes(8).toString('hex')}`;
  await runAsAdmin(adminUrl, `create database ${name}`);
  const url = new URL(adminUrl);
  url.pathname = `/${name}`;
  const drop = (what: string) => runAsAdmin(adminUrl, `drop database if exists ${what} with (force)`);
  const copies: string[] = [];
  return {
    url: url.href,
    drop: async () => {
      for (const each of [...copies, name]) await drop(each);
    },
    copy: async () => {
      const copy = `${name}_${copies.length}`;
      await runAsAdmin(adminUrl, `create database ${copy} template ${name}`);
      copies.push(copy);
      return async () => {
        await drop(name);
        await runAsAdmin(adminUrl, `create database ${name} template ${copy}`);
      };
    },
  };
}

async function runAsAdmin(adminUrl: string, sql: string): Promise<void> {
  const client = new pg.Client({ connectionString: adminUrl });
  await client.connect();
  try {
    await client.query(sql);
  } finally {
    await client.end();
  }
}
