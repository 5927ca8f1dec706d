import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { plainSources } from '../../../test/builders/a-fetch.ts';
import { aJpeg } from '../../../test/builders/a-picture.ts';
import { aTempFolder } from '../../../test/builders/a-temp-folder.ts';
import { openDiskStore } from '../objects/disk-store.ts';
import { openAttachments } from './open-attachments.ts';

/** Keeps a picture that a decoder of this kind describes. */
async function keptBy(exif: object) {
  const folder = await aTempFolder('attachments');
  const decodeChild = join(folder, 'decoder.mjs');
  const decoded = { width: 1, height: 1, phash: '', blurhash: '', exif };
  const answer = `process.send({ id, rssBytes: 1, isRendered: false, decoded: ${JSON.stringify(decoded)} })`;
  await writeFile(decodeChild, `process.on('message', ({ id }) => ${answer});`);
  const attachments = await openAttachments({
    objects: await openDiskStore(join(folder, 'objects')),
    staging: join(folder, 'incoming'),
    sources: plainSources([]),
    decodeChild: new URL(`file://${decodeChild}`),
    reclaim: async () => undefined,
  });
  try {
    const bytes = await aJpeg();
    const staged = await attachments.stage(
      (async function* () {
        yield bytes;
      })(),
    );
    return await attachments.keepStaged('ten_a', staged, new AbortController().signal);
  } finally {
    await attachments.close();
  }
}

test.each([
  ['fields that there are', { iso: 400, camera_make: 'canon' }, { iso: 400, camera_make: 'canon' }],
  ['a field that there is not', { iso: 400, owner: 'Jane Doe' }, { iso: 400 }],
  ['a text that no field lets through', { camera_model: '<b>Jane Doe</b>' }, {}],
  ['a number out of range', { iso: 2 ** 40 }, {}],
])('of a decoder that a picture took over, %s', async (_what, said, kept) => {
  expect((await keptBy(said)).exif).toEqual(kept);
});
