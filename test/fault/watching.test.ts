/** Ways in which events fail to come. Whatever happens to them, scans find every file, and the reason is there to be read. */
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { aFuseMount, describeWithFuse } from '../builders/a-fuse-mount.ts';
import { aJpeg } from '../builders/a-picture.ts';
import { aProgram } from '../builders/a-process.ts';
import { aScratchBuild } from '../builders/a-scratch-build.ts';
import { type ATrial, aTrial } from '../builders/a-trial.ts';
import { aFreePort } from '../builders/an-agent-process.ts';
import { describeWithMounts } from '../builders/as-root.ts';
import { describeWhere } from '../builders/describe-where.ts';
import { eventually } from '../builders/eventually.ts';

const isLong = process.env.NUCLEUS_SOAK !== undefined;
const burst = isLong ? 40_000 : 1000;
const burstMs = isLong ? 3_600_000 : 240_000;
const hangs = isLong ? 20 : 1;
const folders = 40;

const watchOf = (trial: ATrial): string | undefined => {
  try {
    return trial.query(`select value from meta where key = 'watch:main'`)[0]?.value;
  } catch {
    return undefined;
  }
};
const becomes = (trial: ATrial, watch: string): Promise<true> =>
  eventually(`watch = ${watch}`, 30_000, () => (watchOf(trial) === watch ? true : undefined));
const picture = (seed: number): Promise<Buffer> => aJpeg({ widthPx: 16, heightPx: 12, seed });

describeWithFuse('a file system in user space, which reports no events', () => {
  test(`is scanned, says so, is suspended while it hangs (${hangs} times), deletes nothing, and resumes`, {
    timeout: isLong ? 3_600_000 : 120_000,
  }, async () => {
    const trial = await aTrial({ config: { scan: { interval_s: 1, hang_ms: 700 } } });
    const disk = join(trial.home, 'disk');
    mkdirSync(disk);
    const names = Array.from({ length: 60 }, (_, i) => `f${i}.jpg`);
    for (const [i, name] of names.entries()) writeFileSync(join(disk, name), await picture(i));
    const mount = await aFuseMount(disk, trial.folder);
    onTestFinished(() => mount.close());
    const agent = trial.start();
    await trial.converges(() => names, 30_000);
    await becomes(trial, 'network-file-system');
    writeFileSync(join(disk, 'late.jpg'), await picture(99));
    names.push('late.jpg');
    await trial.converges(() => names);
    const isSuspended = () =>
      eventually('the suspension', 20_000, () =>
        trial.query('select reason from sources')[0]?.reason === 'root-hanging' ? true : undefined,
      );
    for (let round = 0; round < hangs; round += 1) {
      mount.hang();
      await isSuspended();
      // everything that does not need the folder goes on
      const { stdout } = await trial.command('status', '--json');
      expect(JSON.parse(stdout.trim())).toMatchObject({
        running: true,
        sources: [{ state: 'suspended', reason: 'root-hanging', watch: 'network-file-system' }],
      });
      expect(trial.query(`select count(*) n from items where presence <> 'live'`)).toEqual([{ n: 0 }]);
      expect((await trial.inCloud()).size).toBe(names.length);
      mount.resume();
      await eventually('the return', 20_000, () =>
        trial.query('select state from sources')[0]?.state === 'live' ? true : undefined,
      );
      await trial.converges(() => names);
    }
    // an agent with a thread that sits in the folder still ends when it is told to
    mount.hang();
    await isSuspended();
    expect(await agent.stop()).toBe(0);
    // and one that is asked for one scan says what there is to say; the control has nobody that gives the stuck process up
    const config = JSON.parse(readFileSync(join(trial.home, 'agent.yaml'), 'utf8'));
    const other = { ...config.agent, data: join(trial.home, 'other'), listen: `127.0.0.1:${await aFreePort()}` };
    writeFileSync(join(trial.home, 'other.yaml'), JSON.stringify({ agent: other }));
    const alone = aProgram('agent', ['run', '--once', '--config', join(trial.home, 'other.yaml')], {
      env: { NUCLEUS_AGENT_KEY: 'live_0123456789abcdefghij' },
      script: await aScratchBuild([{ file: 'run-apart.js', from: 'return isRisky', to: 'return false' }]),
    });
    const once = await trial.once();
    expect([once.exit, once.summary], once.output).toEqual([3, expect.objectContaining({ suspended: 1 })]);
    expect(once.output).toContain('Source main is suspended (root-hanging). The folder does not answer.');
    expect(await alone.ended).toBe('SIGKILL');
    const doctor = aProgram('agent', ['doctor', '--config', join(trial.home, 'other.yaml')]);
    expect([await doctor.ended, doctor.output()]).toEqual([
      1,
      expect.stringMatching(/fail {2}source main: .* not answer/),
    ]);
  });
});

/** Writes what no picture is: found, hashed and counted as an exception, which is all that finding needs. */
function writeBurst(folder: string): void {
  for (let at = 0; at < folders; at += 1) mkdirSync(join(folder, `d${at}`), { recursive: true });
  for (let i = 0; i < burst; i += 1) writeFileSync(join(folder, `d${i % folders}`, `${i}.jpg`), `burst ${i}`);
}

async function findsAll(trial: ATrial, withinMs: number): Promise<void> {
  await eventually(`all ${burst} files`, withinMs, () =>
    trial.query(`select count(*) n from items where presence = 'live' and status <> 'pending'`)[0].n === burst
      ? true
      : undefined,
  );
  await eventually('the accounts', 10_000, () =>
    trial.query('select on_disk n from sources')[0].n === burst ? true : undefined,
  );
}

describe('a burst of files', () => {
  test('is found to the last one, by events alone', { timeout: burstMs + 60_000 }, async () => {
    // no scan falls into the time of the test
    const trial = await aTrial({ config: { scan: { interval_s: 3600 } } });
    trial.start();
    await becomes(trial, 'watching');
    writeBurst(trial.folder);
    await findsAll(trial, burstMs);
    expect(watchOf(trial)).toBe('watching');
  });

  const within = ['unshare', '--user', '--map-root-user', 'sh', '-c'];
  const capped = [...within, 'echo 8 > /proc/sys/user/max_inotify_watches && exec "$@"', 'sh'];
  const isCappable = spawnSync(capped[0] as string, [...capped.slice(1), 'true']).status === 0;
  describeWhere(isCappable, 'user namespaces with limits of their own', 'with eight watches', () => {
    test('is found to the last one by scans, and the reason is there to be read', {
      timeout: burstMs + 60_000,
    }, async () => {
      const trial = await aTrial({ config: { scan: { interval_s: 3 } }, within: capped });
      for (let i = 0; i < 20; i += 1) mkdirSync(join(trial.folder, `before${i}`));
      const agent = trial.start();
      await becomes(trial, 'watch-limit');
      writeBurst(trial.folder);
      await findsAll(trial, burstMs);
      const { stdout } = await trial.command('status');
      expect(stdout).toContain('scans only: out of inotify watches');
      await eventually('a heartbeat that says so', 10_000, async () =>
        (await trial.health()).watch === 'watch-limit' ? true : undefined,
      );
      expect(await agent.stop()).toBe(0);
    });
  });
});

describeWithMounts('a file system that swallows events', () => {
  test('is found out by what a scan finds, and scanned from then on', { timeout: 90_000 }, async () => {
    const trial = await aTrial({ config: { scan: { interval_s: 2 } } });
    // what is put into the lower folder of an overlay shows in it without an event
    const base = join(trial.home, 'layers');
    execFileSync('mkdir', ['-p', base]);
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=16m', 'tmpfs', base]);
    onTestFinished(() => void spawnSync('umount', ['-l', base]));
    for (const name of ['lower', 'upper', 'work']) mkdirSync(join(base, name));
    const options = `lowerdir=${base}/lower,upperdir=${base}/upper,workdir=${base}/work`;
    execFileSync('mount', ['-t', 'overlay', '-o', options, 'overlay', trial.folder]);
    onTestFinished(() => void spawnSync('umount', ['-l', trial.folder]));
    writeFileSync(join(base, 'lower', 'a.jpg'), await picture(1));
    trial.start();
    await trial.converges(() => ['a.jpg']);
    await becomes(trial, 'watching');
    const names = ['a.jpg'];
    for (let i = 2; watchOf(trial) !== 'self-test-failed'; i += 1) {
      names.push(`silent${i}.jpg`);
      writeFileSync(join(base, 'lower', `silent${i}.jpg`), await picture(i));
      await trial.converges(() => names, 30_000);
      expect(i).toBeLessThan(8);
    }
    expect(trial.output()).toContain('"trouble":"self-test-failed"');
  });
});
