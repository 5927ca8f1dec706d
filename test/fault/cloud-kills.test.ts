/** A cloud under load whose process is killed, or whose database hangs up: what it answered is there, and no request is there by halves. */
import { setTimeout as delay } from 'node:timers/promises';
import pg from 'pg';
import { expect, test } from 'vitest';
import { aPostgresDatabase, describeWithPostgres } from '../builders/a-postgres.ts';
import { eventually } from '../builders/eventually.ts';
import { onEachDatabase } from '../contract/on-each-database.ts';
import { aKilledCloud, type KilledCloud } from './a-killed-cloud.ts';

const rounds = process.env.NUCLEUS_SOAK === undefined ? 2 : 100;
const writers = 4;
const itemsPerRequest = 20;
const commitLate = new URL('../builders/commit-late.mjs', import.meta.url).href;

/** Writes requests one after another until the cloud fails, and remembers what it was told of each. */
class Writer {
  readonly #name: string;
  #requests = 0;
  /** By reference id: the value that was answered for, and those that may be there instead. */
  readonly known = new Map<string, { sure: number | undefined; perhaps: number[] }>();
  readonly refusals: { status: number; retryAfter: string | null }[] = [];

  constructor(name: string) {
    this.#name = name;
  }

  async writeUntilFailure(store: KilledCloud, datasetId: string): Promise<void> {
    while (await this.#write(store, datasetId));
  }

  async #write(store: KilledCloud, datasetId: string): Promise<boolean> {
    const at = this.#requests++;
    // every third request writes again what the one before wrote
    const batch = at % 3 === 2 ? at - 1 : at;
    const refs = Array.from({ length: itemsPerRequest }, (_, n) => `${this.#name}/${batch}/${n}`);
    for (const ref of refs) {
      const { sure, perhaps } = this.known.get(ref) ?? { sure: undefined, perhaps: [] };
      this.known.set(ref, { sure, perhaps: [...perhaps, at] });
    }
    const items = refs.map((reference_id) => ({
      reference_id,
      image_url: 'https://images.test/a.jpg',
      width: 1,
      height: 1,
      metadata: { at },
    }));
    const answer = await store
      .call(`nucleus/dataset/${datasetId}/append`, { body: { items, update: true } })
      .catch(() => undefined);
    if (answer?.status === 200) {
      for (const ref of refs) this.known.set(ref, { sure: at, perhaps: [] });
      return true;
    }
    if (answer !== undefined)
      this.refusals.push({ status: answer.status, retryAfter: answer.headers.get('retry-after') });
    return false;
  }

  /** What is wrong with what is there, in words. Takes what is there for known from now on. */
  check(there: ReadonlyMap<string, number>): string[] {
    const wrong: string[] = [];
    const found = new Map<string, Set<number | undefined>>();
    for (const [ref, { sure, perhaps }] of this.known) {
      const value = there.get(ref);
      if (value !== sure && !perhaps.includes(value ?? -1)) wrong.push(`${ref}: ${value} instead of ${sure}`);
      const request = ref.slice(0, ref.lastIndexOf('/'));
      found.set(request, (found.get(request) ?? new Set()).add(value));
      if (value === undefined) this.known.delete(ref);
      else this.known.set(ref, { sure: value, perhaps: [] });
    }
    for (const [request, values] of found) if (values.size > 1) wrong.push(`${request} by halves`);
    return wrong;
  }
}

/** Every item's value, by its reference id. */
async function itemsOf(store: KilledCloud, datasetId: string): Promise<Map<string, number>> {
  const { body } = await store.call(`nucleus/dataset/${datasetId}/datasetItems`);
  return new Map(
    body.dataset_items.map((item: { reference_id: string; metadata: { at: number } }) => [
      item.reference_id,
      item.metadata.at,
    ]),
  );
}

async function hangUp(databaseUrl: string): Promise<void> {
  const client = new pg.Client({ connectionString: databaseUrl });
  await client.connect();
  const others = 'select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database()';
  await client.query(`${others} and pid <> pg_backend_pid()`);
  await client.end();
}

const newDataset = async (store: KilledCloud): Promise<string> =>
  (await store.call('nucleus/dataset/create', { body: { name: 'load', use_privacy_mode: true } })).body.dataset_id;

onEachDatabase('a cloud under load', (open) => {
  test(`whose process is killed ${rounds} times has all that it answered, and no request by halves`, {
    timeout: rounds * 30_000,
  }, async () => {
    const store = await aKilledCloud(open);
    const datasetId = await newDataset(store);
    const load = Array.from({ length: writers }, (_, n) => new Writer(`w${n}`));
    for (let round = 0; round < rounds; round++) {
      const before = load.reduce((sum, { known }) => sum + known.size, 0);
      const ends = load.map((writer) => writer.writeUntilFailure(store, datasetId));
      await eventually('some answers', 15_000, () =>
        load.reduce((sum, { known }) => sum + known.size, 0) > before + 20 * itemsPerRequest ? true : undefined,
      );
      await store.kill();
      await Promise.all(ends);
      await store.restart();
      const there = await itemsOf(store, datasetId);
      expect(load.flatMap((writer) => writer.check(there))).toEqual([]);
      expect(there.size).toBe(load.reduce((sum, { known }) => sum + known.size, 0));
    }
    expect(load.flatMap(({ refusals }) => refusals)).toEqual([]);
  });
});

describeWithPostgres('a cloud under load whose PostgreSQL hangs up', () => {
  test('answers 503 and when to come again, has all that it answered, and goes on by itself', async () => {
    const database = await aPostgresDatabase();
    const store = await aKilledCloud(async () => database);
    const datasetId = await newDataset(store);
    const load = Array.from({ length: writers }, (_, n) => new Writer(`w${n}`));
    for (let round = 0; round < 3; round++) {
      const open = new Set(load);
      const ends = load.map(async (writer) => {
        await writer.writeUntilFailure(store, datasetId);
        open.delete(writer);
      });
      while (open.size > 0) {
        await hangUp(database.url);
        await Promise.race([Promise.all(ends), delay(200)]); // until the next one, they write
      }
      const there = await eventually('an answer', 10_000, () => itemsOf(store, datasetId).catch(() => undefined));
      expect(load.flatMap((writer) => writer.check(there))).toEqual([]);
    }
    const refusals = load.flatMap((writer) => writer.refusals);
    expect(refusals.length).toBe(3 * writers);
    expect(refusals.filter(({ status, retryAfter }) => status !== 503 || !(Number(retryAfter) > 0))).toEqual([]);
  });
});

test('the control: answers for commits that were not made are found out', async () => {
  const store = await aKilledCloud(async () => ({ url: undefined, drop: async () => undefined }));
  const datasetId = await newDataset(store);
  const lostWith = async (nodeArgs: string[]): Promise<string[]> => {
    await store.kill();
    await store.restart(nodeArgs);
    const writer = new Writer(`after ${nodeArgs.length}`);
    const end = writer.writeUntilFailure(store, datasetId);
    await eventually('some answers', 15_000, () => (writer.known.size > 5 * itemsPerRequest ? true : undefined));
    await store.kill();
    await end;
    await store.restart();
    return writer.check(await itemsOf(store, datasetId));
  };
  expect(await lostWith(['--import', commitLate])).not.toEqual([]);
  expect(await lostWith([])).toEqual([]);
});
