import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import sharp from 'sharp';
import { expect, onTestFinished, test } from 'vitest';
import { aTempFolder } from '../builders/a-temp-folder.ts';
import { aFreePort } from '../builders/an-agent-process.ts';
import { anAuditedRun, sentItems } from '../builders/an-audited-run.ts';
import { findLeaks } from '../builders/find-leaks.ts';
import { readExifSecrets } from '../builders/read-exif-secrets.ts';
import { describeWithShared } from '../builders/shared-files.ts';
import { aCloud } from '../contract/a-cloud.ts';

describeWithShared('photos', 'photographs of real cameras at the default level', (folder) => {
  test('leave without position, serials, owner, artist, maker note, embedded thumbnail, XMP and absolute path', async () => {
    const cloud = await aCloud({ database: { url: undefined, drop: async () => undefined } });
    onTestFinished(() => cloud.close());
    const home = await aTempFolder('photos');
    const agent = { home, folder, data: join(home, 'data'), listen: `127.0.0.1:${await aFreePort()}` };
    const run = await anAuditedRun(agent, cloud.url, await cloud.makeKey({ scopes: ['agent'] }));
    expect(run.exit).toBe(0);
    expect(run.summary.catalogued).toBeGreaterThan(50);
    const entries = (await readdir(folder, { recursive: true, withFileTypes: true })).filter((entry) => entry.isFile());
    const files = await Promise.all(entries.map((entry) => readFile(join(entry.parentPath, entry.name))));
    const secrets = new Set<string>();
    for (const file of files) {
      const exif = await sharp(file)
        .metadata()
        .then((it) => it.exif)
        .catch(() => undefined);
      for (const secret of exif === undefined ? [] : readExifSecrets(exif)) secrets.add(secret);
    }
    expect(secrets.size).toBeGreaterThan(20);
    // the model leaves, and some software writes it into other tags as well
    const models = [...sentItems(run.requests).values()].map(({ metadata }) => String(metadata.camera_model));
    // a file's own name leaves as such, and may stand in the file
    const names = entries.map((entry) => entry.name.toLowerCase());
    const wanted = [...secrets].filter(
      (secret) => ![...names, ...models].some((it) => it.includes(secret.toLowerCase())),
    );
    const found = await findLeaks(run, { files, secrets: [...wanted, folder], hasLargeFiles: true }, 'standard');
    expect(found).toEqual([]);
  });
});
