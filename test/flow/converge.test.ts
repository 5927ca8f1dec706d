import { describe, expect, test } from 'vitest';
import { aSyncPair, names } from '../builders/a-sync-pair.ts';

describe('convergence', () => {
  async function aSyncedPair(count: number) {
    const pair = await aSyncPair();
    for (const name of names(count)) pair.catalogue.put(name);
    const sync = await pair.start();
    await sync.drain(3);
    return { ...pair, sync };
  }

  test('a store restored from an older copy gets back what it lost, and nothing twice', async () => {
    const { catalogue, cloud, sync, inCloud } = await aSyncedPair(40);
    const copy = new Map(cloud.items.get('main'));
    for (const name of ['n1.jpg', 'n2.jpg']) catalogue.put(name);
    catalogue.put('00003.jpg', 999);
    catalogue.remove('00004.jpg');
    await sync.drain(3);
    cloud.items.set('main', copy);
    cloud.storeEpoch = 'b'.repeat(32);
    catalogue.put('n3.jpg');
    expect(await sync.drain(5)).toBe(true);
    expect(inCloud()).toEqual([...names(40).filter((name) => name !== '00004.jpg'), 'n1.jpg', 'n2.jpg', 'n3.jpg']);
    expect(copy.get('00003.jpg')?.item).toMatchObject({ width: 999 });
    expect(sync.lastComparison('main')?.owed).toBe(4);
  });

  test('a comparison that finds nothing costs one request', async () => {
    const { sync } = await aSyncedPair(40);
    sync.requestComparison();
    await sync.drain(3);
    expect(sync.lastComparison('main')).toEqual({ requests: 1, owed: 0, unknown: 0, removed_by_user: 0 });
  });

  test('repairs what was changed or lost in the cloud, and leaves what a user removed', async () => {
    const { cloud, sync, inCloud } = await aSyncedPair(40);
    const items = cloud.items.get('main');
    items?.delete('00001.jpg');
    items?.set('00002.jpg', { rev: 5, digest: 'e'.repeat(32), state: 'live', applied: 1 });
    items?.set('00003.jpg', { rev: 1, digest: 'e'.repeat(32), state: 'removed_by_user', applied: 1 });
    items?.set('stranger.jpg', { rev: 1, digest: 'e'.repeat(32), state: 'live', applied: 1 });
    sync.requestComparison();
    expect(await sync.drain(3)).toBe(true);
    expect(sync.lastComparison('main')).toMatchObject({ owed: 2, unknown: 1, removed_by_user: 1 });
    expect(items?.get('00002.jpg')).toMatchObject({ rev: 6, item: { width: 640 } });
    expect(inCloud()).toEqual([...names(40).filter((name) => name !== '00003.jpg'), 'stranger.jpg']);
  });

  test('an agent that lost its state reaches the same cloud without a second copy', async () => {
    const { cloud } = await aSyncedPair(20);
    const fresh = await aSyncPair();
    fresh.cloud.items = cloud.items;
    for (const name of names(20)) fresh.catalogue.put(name);
    const sync = await fresh.start();
    expect(await sync.drain(3)).toBe(true);
    expect([...(cloud.items.get('main')?.values() ?? [])].every(({ applied }) => applied === 1)).toBe(true);
  });
});
