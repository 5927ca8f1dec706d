import { appendFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished, test, vi } from 'vitest';
import { aDecoderPool, aScannedFolder } from '../../../test/builders/a-scanned-folder.ts';
import { aVideo } from '../../../test/builders/a-video.ts';

// each of these decodes or scans several times, and other tests run beside it
vi.setConfig({ testTimeout: 60_000 });

/** A video whose table of samples says that it has billions of entries, over which its reader counts until it is killed. */
async function aSpinningVideo(): Promise<Buffer> {
  const options = {
    container: 'mp4',
    codec: 'avc',
    widthPx: 32,
    heightPx: 32,
    framesPerSecond: 25,
    frames: 50,
  } as const;
  const video = await aVideo(options);
  video[video.indexOf('stsc') + 8] = 0xff;
  return video;
}

test('a file that no decoder survives is tried three times, and again when it or the program is another one', async () => {
  const pool = aDecoderPool({ timeoutMs: 400 });
  onTestFinished(() => pool.close());
  const place = aScannedFolder(pool);
  writeFileSync(join(place.folder, 'spin.mp4'), await aSpinningVideo());
  const look = async () => {
    const { described, exceptions } = await place.scan();
    const { strikes, exception_code } = place.items()[0] ?? {};
    return { described, exceptions, strikes, exception_code };
  };
  const struck = (strikes: number) => ({ described: 1, exceptions: 1, strikes, exception_code: 'timed-out' });
  for (const strikes of [1, 2, 3]) expect(await look()).toEqual(struck(strikes));
  expect(await look()).toEqual({ ...struck(3), described: 0 });

  appendFileSync(join(place.folder, 'spin.mp4'), 'x');
  expect(await look()).toEqual(struck(1));
  // what an older program gave up is tried by a newer one, at its first look
  place.state
    .prepare("update items set extract_version = extract_version - 1 where exception_code = 'timed-out'")
    .run();
  const newer = aScannedFolder(pool, {}, place);
  onTestFinished(newer.close);
  onTestFinished(place.close);
  expect((await newer.scan()).described).toBe(1);
  expect(newer.items().find(({ exception_code }) => exception_code)?.strikes).toBe(1);
});
