import { closeSync, mkdirSync, readFileSync, symlinkSync, unlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { aDecoderPool, aScannedFolder, numberedJpeg } from '../../../test/builders/a-scanned-folder.ts';
import type { SourceConfig } from '../config.ts';
import type { DecoderPool } from '../extract/decoder-pool.ts';
import { openFollowing } from '../source/follow-link.ts';
import { OpenRefusal } from '../source/open-safely.ts';

let pool: DecoderPool;
beforeAll(() => {
  pool = aDecoderPool();
});
afterAll(() => pool.close());

/** A store, links into it by name and by folder, and every link that must not be followed. */
async function aLinkedFolder(over: Partial<SourceConfig>) {
  const place = aScannedFolder(pool, { exclude: ['store/secret/**'], ...over });
  onTestFinished(place.close);
  const at = (path: string) => join(place.folder, path);
  const outside = join(place.folder, '..', 'outside');
  for (const folder of ['store/day/deep', 'store/secret', 'sets', 'sets/own'])
    mkdirSync(at(folder), { recursive: true });
  mkdirSync(outside);
  writeFileSync(join(outside, 'foreign.jpg'), await numberedJpeg(9));
  writeFileSync(at('store/day/a.jpg'), await numberedJpeg(1));
  writeFileSync(at('store/day/deep/b.jpg'), await numberedJpeg(2));
  writeFileSync(at('store/secret/s.jpg'), await numberedJpeg(3));
  symlinkSync('../store/day', at('sets/day')); // a folder
  symlinkSync('../store/day/a.jpg', at('sets/one.jpg')); // a file
  symlinkSync('../store', at('sets/store')); // a folder with an excluded one below it
  symlinkSync('../store/secret/s.jpg', at('sets/secret.jpg')); // left out at its own place
  symlinkSync(outside, at('sets/outside'));
  symlinkSync(join(outside, 'foreign.jpg'), at('sets/foreign.jpg'));
  symlinkSync('../..', at('sets/own/loop')); // the folder that holds it
  symlinkSync('self', at('sets/self'));
  symlinkSync('nowhere.jpg', at('sets/dangling.jpg'));
  writeFileSync(at('sets/own/c.jpg'), await numberedJpeg(4));
  symlinkSync('../../sets/own', at('store/day/on')); // a tower: the followed folder leads on
  return { place, at };
}

const plain = ['sets/own/c.jpg', 'store/day/a.jpg', 'store/day/deep/b.jpg'];
const behindLinks = [
  'sets/day/a.jpg',
  'sets/day/deep/b.jpg',
  'sets/one.jpg',
  'sets/store/day/a.jpg',
  'sets/store/day/deep/b.jpg',
  'store/day/on/c.jpg',
];

test('links stay closed, and are counted, where nobody asked for them', async () => {
  const { place } = await aLinkedFolder({});
  expect(await place.scan()).toMatchObject({ on_disk: 4, catalogued: 3, excluded: 1, exceptions: 0, not_regular: 10 });
  expect(Object.values(place.live()).toSorted()).toEqual(plain);
});

test('followed links lead to what lies inside and is not left out, once, and the accounts hold', async () => {
  const { place, at } = await aLinkedFolder({ follow_links: true });
  const summary = await place.scan();
  const paths = () => Object.values(place.live()).toSorted();
  // not `sets/day/on/c.jpg`: that is two links away
  const held = [...plain, ...behindLinks].toSorted();
  expect(paths()).toEqual(held);
  expect(summary.on_disk).toBe(summary.catalogued + summary.excluded + summary.exceptions);
  expect(summary.exceptions).toBe(0);
  expect((await place.scan()).described).toBe(0);

  // what hints name is looked at by itself: a link there is still a link that is followed
  await place.pipeline.recheck('main', Buffer.from('sets/day/deep/b.jpg'));
  await place.pipeline.recheck('main', Buffer.from('sets/one.jpg'));
  expect(paths()).toEqual(held);

  // a link that is turned to something else inside is that; turned outwards, it holds nothing any more
  unlinkSync(at('sets/one.jpg'));
  symlinkSync('../store/day/deep/b.jpg', at('sets/one.jpg'));
  await place.scan();
  const hashOf = (path: string) => place.items().find((row) => row.path.toString() === path)?.content_hash;
  expect(hashOf('sets/one.jpg')).toEqual(hashOf('store/day/deep/b.jpg'));
  unlinkSync(at('sets/day'));
  symlinkSync('../../outside', at('sets/day'));
  await place.scan();
  expect(paths()).toEqual(held.filter((path) => !path.startsWith('sets/day/')));
  await place.pipeline.recheck('main', Buffer.from('sets/day/foreign.jpg'));
  expect(paths()).toEqual(held.filter((path) => !path.startsWith('sets/day/')));
});

test('the control: what is not left out is found behind the same links, and a plain open goes where ours refuses to', async () => {
  const { place, at } = await aLinkedFolder({ follow_links: true, exclude: [] });
  await place.scan();
  expect(Object.values(place.live())).toEqual(
    expect.arrayContaining(['sets/secret.jpg', 'sets/store/secret/s.jpg', 'store/secret/s.jpg']),
  );
  for (const path of ['sets/outside/foreign.jpg', 'sets/foreign.jpg', 'sets/self', 'sets/dangling.jpg'])
    expect(() => openFollowing(place.folder, Buffer.from(path)), path).toThrow(OpenRefusal);
  expect(readFileSync(at('sets/outside/foreign.jpg'))).toEqual(await numberedJpeg(9));
  const { fd } = openFollowing(place.folder, Buffer.from('sets/day/a.jpg'));
  expect(readFileSync(fd)).toEqual(await numberedJpeg(1));
  closeSync(fd);
});
