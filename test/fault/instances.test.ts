import { execFileSync } from 'node:child_process';
import { appendFileSync, mkdirSync, rmSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { aJpeg, distinctJpegs } from '../builders/a-picture.ts';
import { aTrial } from '../builders/a-trial.ts';
import { describeWithMounts } from '../builders/as-root.ts';
import { eventually } from '../builders/eventually.ts';

test('a second agent on one data directory ends with one sentence and exit 2', async () => {
  const trial = await aTrial();
  const first = trial.start();
  await first.printed(/proxy listens/);
  const second = trial.start();
  expect(await second.ended).toBe(2);
  expect(second.output().trim().split('\n')).toEqual([expect.stringMatching(/Another agent is running/)]);
  expect(await first.stop()).toBe(0);
});

test('an agent that is told to stop while it scans and syncs ends within ten seconds and loses nothing', async () => {
  const trial = await aTrial();
  // more than one batch, so that rows are there while others are still to be described
  for (const [i, bytes] of (await distinctJpegs(500)).entries()) writeFileSync(join(trial.folder, `f${i}.jpg`), bytes);
  trial.relay.fateOf = (path) => (path.includes('/changes') ? 'silent' : 'pass');
  const agent = trial.start();
  await eventually('some rows', 30_000, () => {
    try {
      return trial.query('select count(*) n from outbox')[0].n > 0 ? true : undefined;
    } catch {
      return undefined;
    }
  });
  const startedMs = performance.now();
  expect(await agent.stop()).toBe(0);
  expect(performance.now() - startedMs).toBeLessThan(10_000);
  trial.relay.fateOf = () => 'pass';
  const { exit, summary } = await trial.once();
  expect([exit, summary.on_disk, summary.catalogued]).toEqual([0, 500, 500]);
});

test('names and kinds of files are taken as they are, one record for one regular file', async () => {
  const trial = await aTrial();
  const names = [
    Buffer.from('caf\u00e9.jpg'),
    Buffer.from('cafe\u0301.jpg'),
    Buffer.from([0x66, 0xff, 0xfe, 0x2e, 0x6a, 0x70, 0x67]),
    Buffer.from('two\nlines.jpg'),
    Buffer.from('\u202eright-to-left.jpg'),
    Buffer.from('\u{1f431}.jpg'),
    Buffer.from(`${'x'.repeat(251)}.jpg`),
    Buffer.from('~tilde.jpg'),
    Buffer.from('CASE.jpg'),
    Buffer.from('case.jpg'),
    ...Array.from({ length: 90 }, (_, i) =>
      Buffer.concat([Buffer.from(`n${i}-`), Buffer.from([0x80 + i, 1 + (i % 31)]), Buffer.from('.jpg')]),
    ),
  ];
  for (const [i, name] of names.entries()) {
    writeFileSync(
      Buffer.concat([Buffer.from(`${trial.folder}/`), name]),
      await aJpeg({ widthPx: 16, heightPx: 12, seed: i + 1 }),
    );
  }
  // two hundred folders deep; the second one is too long for a name in the cloud
  for (const name of ['d', 'deeper']) {
    const deep = join(trial.folder, ...Array<string>(200).fill(name));
    mkdirSync(deep, { recursive: true });
    writeFileSync(join(deep, 'deep.jpg'), await aJpeg({ widthPx: 16, heightPx: 12, seed: 400 + name.length }));
  }
  const catalogued = names.length + 2;
  mkdirSync(join(trial.folder, 'folder.jpg'));
  symlinkSync('.', join(trial.folder, 'folder.jpg', 'loop'));
  symlinkSync('/etc/passwd', join(trial.folder, 'link.jpg'));
  execFileSync('mkfifo', [join(trial.folder, 'fifo.jpg')]);
  writeFileSync(join(trial.folder, 'later.jpg'), '');
  writeFileSync(join(trial.folder, 'sparse.jpg'), '');
  truncateSync(join(trial.folder, 'sparse.jpg'), 2 * 1024 ** 4);
  writeFileSync(join(trial.folder, '.hidden.jpg'), 'x');
  const first = await trial.once();
  expect([first.exit, first.summary]).toEqual([
    0,
    expect.objectContaining({
      on_disk: catalogued + 3,
      catalogued,
      excluded: 1,
      exceptions: 2,
      not_regular: 3,
    }),
  ]);
  const refs = [...(await trial.inCloud()).values()].map(({ ref }) => ref);
  expect(new Set(refs).size).toBe(catalogued);
  expect(refs).toContain(`${'d/'.repeat(200)}deep.jpg`);
  expect(refs.filter((ref) => /^~l\/[0-9a-f]{32}$/.test(ref))).toHaveLength(1);
  writeFileSync(join(trial.folder, 'later.jpg'), await aJpeg({ widthPx: 16, heightPx: 12, seed: 5000 }));
  expect((await trial.once()).summary).toMatchObject({ catalogued: catalogued + 1, exceptions: 1 });
});

/** Takes all the room there is; the agent may take some of it meanwhile. */
function fillUp(file: string): void {
  try {
    for (;;) appendFileSync(file, Buffer.alloc(64 * 1024));
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ENOSPC')) throw error;
  }
}

describeWithMounts('a full disk below the data directory', () => {
  test('stops new work only, and heals without help once there is room', async () => {
    const trial = await aTrial();
    const data = join(trial.home, 'small');
    mkdirSync(data);
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=12m', 'tmpfs', data]);
    onTestFinished(() => void execFileSync('umount', ['-l', data]));
    trial.setConfig({ data, scan: { interval_s: 1 } });
    const names = Array.from({ length: 20 }, (_, i) => `f${i}.jpg`);
    const write = async (from: number, to: number): Promise<void> => {
      for (let i = from; i < to; i += 1)
        writeFileSync(join(trial.folder, names[i] ?? ''), await aJpeg({ widthPx: 16, heightPx: 12, seed: i + 1 }));
    };
    await write(0, 10);
    const agent = trial.start();
    await trial.converges(() => names.slice(0, 10), 30_000);
    fillUp(join(data, 'ballast'));
    await write(10, 20);
    await agent.printed(/"(scan failed, trying again|sync failed)"/);
    expect((await trial.inCloud()).size).toBeGreaterThanOrEqual(10);
    rmSync(join(data, 'ballast'));
    await trial.converges(() => names, 40_000);
    expect(await agent.stop()).toBe(0);
    const { exit, summary, output } = await trial.once();
    expect([exit, summary.on_disk, summary.catalogued], output).toEqual([0, 20, 20]);
  });
});
