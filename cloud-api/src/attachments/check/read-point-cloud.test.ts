import { createReadStream } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { aTempFolder } from '../../../../test/builders/a-temp-folder.ts';
import { stageFile } from '../store/stage-file.ts';
import { checkPointCloud } from './check-point-cloud.ts';
import { readPointCloud } from './read-point-cloud.ts';

const cloud = (over: object = {}) =>
  JSON.stringify({
    points: [
      { x: 1, y: -2, z: 3.5, i: 4 },
      { x: -1, y: 2, z: 0, i: 0 },
    ],
    ...over,
  });

test('a point cloud is told by its number of points and its bounds', () => {
  const device = { device_position: { x: 0, y: 0, z: 0 }, device_heading: { w: 1, x: 0, y: 0, z: 0 } };
  const want = { points: 2, min: { x: -1, y: -2, z: 0 }, max: { x: 1, y: 2, z: 3.5 }, has_intensity: true };
  expect(readPointCloud(cloud(device))).toEqual(want);
  expect(readPointCloud(cloud({ points: [{ x: 0, y: 0, z: 0 }] }))).toMatchObject({ points: 1, has_intensity: false });
});

test.each([
  ['', 'no JSON object'],
  ['[]', 'no JSON object'],
  ['{"points": {}}', 'no JSON object'],
  ['{"points": []}', 'no points'],
  ['{"points": [{"x": 1, "y": 2}]}', 'Point 0'],
  ['{"points": [{"x": 1, "y": 2, "z": null}]}', 'Point 0'],
  ['{"points": [{"x": 1, "y": 2, "z": 1e999}]}', 'Point 0'],
  ['{"points": [{"x": 1, "y": 2, "z": 3, "i": "high"}]}', 'intensity'],
  [cloud({ device_position: { x: 0 } }), 'device_position'],
  [cloud({ device_heading: [1, 0, 0, 0] }), 'device_heading'],
])('%s is none', (text, why) => {
  expect(readPointCloud(text)).toContain(why);
});

test('a thread reads the same, and a refusal is a sentence', async () => {
  const folder = await aTempFolder();
  const stage = async (text: string) => {
    await writeFile(join(folder, 'in'), text);
    return stageFile(folder, createReadStream(join(folder, 'in')), 16);
  };
  const signal = new AbortController().signal;
  const staged = await stage(cloud());
  expect(await checkPointCloud(staged, signal)).toEqual({
    ...(readPointCloud(cloud()) as object),
    bytes: staged.bytes,
    sha256: staged.sha256,
  });
  await expect(checkPointCloud(await stage('{"points": []}'), signal)).rejects.toMatchObject({
    code: 'attachment-refused',
    message: 'The point cloud has no points.',
  });
});
