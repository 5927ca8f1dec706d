import pg from 'pg';
import { expect, test } from 'vitest';
import { aPostgresDatabase, describeWithPostgres } from '../builders/a-postgres.ts';

describeWithPostgres('a PostgreSQL database for a test', () => {
  test('is real, empty, its own, and gone after drop', async () => {
    const first = await aPostgresDatabase();
    const second = await aPostgresDatabase();
    const client = new pg.Client({ connectionString: first.url });
    client.on('error', () => undefined); // the drop below ends this connection
    await client.connect();
    await client.query('create table only_here (id int primary key)');
    const other = new pg.Client({ connectionString: second.url });
    await other.connect();
    const tables = await other.query("select 1 from pg_tables where schemaname = 'public'");
    const version = await other.query('select version()');
    await other.end();
    await first.drop();
    await second.drop();
    expect(tables.rows).toEqual([]);
    expect(version.rows[0].version).toMatch(/^PostgreSQL 18/);
    await expect(client.query('select 1')).rejects.toThrow();
    const gone = new pg.Client({ connectionString: first.url });
    await expect(gone.connect()).rejects.toThrow(/does not exist/);
  });
});
