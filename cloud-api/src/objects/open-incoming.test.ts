import { mkdir, readdir, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { aTempFolder } from '../../../test/builders/a-temp-folder.ts';
import { openIncoming } from './open-incoming.ts';

test('what a kill left goes a day later, folders with what is in them; what is young stays', async () => {
  const folder = await aTempFolder();
  for (const age of ['old', 'young']) {
    await mkdir(join(folder, `${age}-frames`));
    await writeFile(join(folder, `${age}-frames`, '000000.jpg'), 'x');
    await writeFile(join(folder, `${age}-file`), 'x');
  }
  const yesterday = Date.now() / 1000 - 25 * 3600;
  for (const name of ['old-frames', 'old-file']) await utimes(join(folder, name), yesterday, yesterday);
  await openIncoming(folder);
  expect((await readdir(folder)).toSorted()).toEqual(['young-file', 'young-frames']);
});
