/** The digests of a manifest against a naive sum over the rows, whatever was written between two readings. */
import { createHash } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { ManifestLines } from '../../cloud-api/src/agents/manifest-lines.ts';
import { type OpenDatabase, openDatabase } from '../../cloud-api/src/database/open-database.ts';
import { type ACloud, aCloud } from './a-cloud.ts';
import { type AnAgent, anAgent, aPut } from './an-agent.ts';
import { onEachDatabase } from './on-each-database.ts';
import { seeded } from './random-query.ts';
import { send } from './send.ts';

const refs = Array.from({ length: 300 }, (_, i) => `site/${i}.jpg`);
const rounds = 12;

onEachDatabase('manifests', (open) => {
  let cloud: ACloud;
  let behind: OpenDatabase;
  let agent: AnAgent;
  let rev = 0;

  beforeAll(async () => {
    cloud = await aCloud({ database: await open() });
    behind = await openDatabase(cloud.databaseUrl, () => undefined);
    agent = await anAgent(cloud, { names: 'pseudonym' });
  });
  afterAll(async () => {
    await behind.close();
    await cloud.close();
  });

  const put = (chosen: readonly string[]) => {
    rev += 1;
    return agent.push(chosen.map((ref) => aPut(ref, rev, { width: 1 + (rev % 100) })));
  };
  const remove = (ref: string) =>
    send(`${cloud.url}/v1/nucleus/dataset/${agent.datasetId}/refloc/${encodeURIComponent(ref)}`, {
      method: 'DELETE',
      key: cloud.adminKey,
      body: {},
    });

  /** What the contract says, from the rows. */
  async function naive(prefix: string): Promise<{ count: number; sha256: string; children: object[] }> {
    const rows = await behind.db
      .selectFrom('items')
      .select(['ref_key', 'digest', 'state'])
      .where('source_id', '=', agent.sourceId)
      .execute();
    const lines = rows
      .map(({ ref_key: k, digest, state }) => `${k} ${digest} ${state}\n`)
      .filter((line) => line.startsWith(prefix))
      .toSorted();
    const digest = (some: readonly string[]) => createHash('sha256').update(some.join('')).digest('hex');
    const prefixes = [...new Set(lines.map((line) => line.slice(0, prefix.length + 2)))];
    const children = prefixes.map((child) => {
      const own = lines.filter((line) => line.startsWith(child));
      return { prefix: child, count: own.length, sha256: digest(own) };
    });
    return { count: lines.length, sha256: digest(lines), children };
  }
  const told = async (prefix = '') => {
    const { count, sha256, children } = await agent.manifest(prefix);
    return { count, sha256, children };
  };

  test('a source without items has an empty sum', async () => {
    expect(await told()).toEqual({ count: 0, sha256: createHash('sha256').digest('hex'), children: [] });
  });

  test('after any mixture of puts, deletions, removals by users and new keys, every level is the sum over the rows', async () => {
    const random = seeded(11);
    const pick = (): string => refs[Math.floor(random() * refs.length)] as string;
    await put(refs);
    expect(await told()).toEqual(await naive(''));
    let renamed = 0;
    for (let round = 0; round < rounds; round++) {
      await put(
        Array.from({ length: 1 + Math.floor(random() * 5) }, pick).filter((ref, i, all) => all.indexOf(ref) === i),
      );
      rev += 1;
      if (round % 3 === 0) await agent.push([{ op: 'delete', ref: pick(), rev }]);
      if (round % 3 === 1) await remove(pick());
      if (round % 4 === 2) {
        rev += 1;
        const moved = await agent.push([{ op: 'rekey', ref: refs[renamed], new_ref: `p_${round}`, rev }]);
        expect(moved.body.acks).toMatchObject([{ status: 'applied' }]);
        renamed += 1;
      }
      expect(await told()).toEqual(await naive(''));
      const { children } = await agent.manifest();
      const some = children[Math.floor(random() * children.length)].prefix;
      expect(await told(some)).toEqual(await naive(some));
      // so few are listed at once, which saves whoever goes down a request for each child
      const listed = (await agent.manifest(some)) as unknown as { children: { prefix: string }[]; items: object[] };
      const leaves = await Promise.all(listed.children.map(({ prefix }) => agent.manifest(prefix)));
      expect(listed.items).toEqual(leaves.flatMap((leaf) => (leaf as unknown as { items: object[] }).items));
    }
    expect(renamed).toBeGreaterThan(2);
  });

  test('whoever asks while others write gets sums that hold at least what was answered before', async () => {
    await Promise.all([
      ...Array.from({ length: 6 }, async (_, writer) => {
        for (let i = 0; i < 5; i++) await put(refs.slice(100 + writer * 20, 110 + writer * 20));
      }),
      ...Array.from({ length: 4 }, async () => {
        for (let i = 0; i < 5; i++) expect((await told()).count).toBeGreaterThan(200);
      }),
    ]);
    expect(await told()).toEqual(await naive(''));
  });

  test('rows that are written anew between the questions of a reading are in it once', async () => {
    await put(refs.slice(100));
    let left = 0;
    /** Writes those again that were not written for the longest: they leave the pages that are about to be read. */
    const writeOldest = async (): Promise<void> => {
      if (left === 0) return;
      left -= 1;
      const own = behind.db.selectFrom('items').select('reference_id').where('source_id', '=', agent.sourceId);
      const oldest = await own.where('state', '=', 'live').orderBy('change_no').orderBy('seq').limit(3).execute();
      await put(oldest.flatMap(({ reference_id: ref }) => (ref?.startsWith('site/') ? ref : [])));
    };
    const disturbed = behind.db.withPlugin({
      transformQuery: ({ node }) => node,
      transformResult: async ({ result }) => {
        await writeOldest();
        return result;
      },
    });
    const lines = new ManifestLines(disturbed, Date.now, { rows: 20, changedRows: 7 });
    const place = { tenantId: cloud.running.tenantId, datasetId: agent.datasetId, sourceId: agent.sourceId };
    // everything, then what has changed, then what has changed since without disturbance
    for (let reading = 0; reading < 2; reading++) {
      left = 4;
      await lines.of(place);
      expect(left).toBe(0);
    }
    const buckets = await lines.of(place);
    const all = Buffer.concat(buckets.map((bucket) => bucket.lines));
    const { count, sha256 } = await naive('');
    const sum = createHash('sha256').update(all).digest('hex');
    expect([buckets.reduce((rows, bucket) => rows + bucket.count, 0), sum]).toEqual([count, sha256]);
  });
});
