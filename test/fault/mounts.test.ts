import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { verifyRoot } from '../../agent/src/source/verify-root.ts';
import { distinctJpegs } from '../builders/a-picture.ts';
import { aTrial } from '../builders/a-trial.ts';
import { describeWithMounts } from '../builders/as-root.ts';
import { eventually } from '../builders/eventually.ts';

/** Each fault comes so often. */
const rounds = process.env.NUCLEUS_SOAK === undefined ? 2 : 20;

function mount(folder: string): void {
  execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=8m', 'tmpfs', folder]);
}
function unmount(folder: string): void {
  execFileSync('umount', ['-l', folder]);
}
describeWithMounts('a source on a mount', () => {
  /** Mount points are given back whatever happens; pictures come from a bind source, so that they outlive the mount. */
  async function aMountedTrial() {
    const base = mkdtempSync(join(tmpdir(), 'mounts-'));
    const [disk, folder] = [join(base, 'disk'), join(base, 'pictures')];
    mkdirSync(disk);
    mkdirSync(folder);
    mount(disk);
    onTestFinished(() => {
      for (const each of [folder, folder, disk]) {
        try {
          unmount(each);
        } catch {
          // not mounted any more
        }
      }
      rmSync(base, { recursive: true, force: true });
    });
    for (const [i, bytes] of (await distinctJpegs(60)).entries()) writeFileSync(join(disk, `${i}.jpg`), bytes);
    const attach = () => execFileSync('mount', ['--bind', disk, folder]);
    attach();
    const trial = await aTrial({ folder, config: { scan: { interval_s: 1 } } });
    const paths = Array.from({ length: 60 }, (_, i) => `${i}.jpg`);
    return { trial, folder, attach, paths };
  }

  const faults: { name: string; breakIt: (folder: string) => void; mend: (folder: string) => void; reason: RegExp }[] =
    [
      { name: 'vanishes', breakIt: unmount, mend: () => undefined, reason: /root-(empty|swapped)/ },
      {
        name: 'is replaced by an empty one',
        breakIt: (folder) => {
          unmount(folder);
          mount(folder);
        },
        mend: unmount,
        reason: /root-empty/,
      },
      {
        name: 'is replaced by another volume',
        breakIt: (folder) => {
          unmount(folder);
          mount(folder);
          for (let i = 0; i < 20; i += 1) writeFileSync(join(folder, `other${i}.jpg`), 'other');
        },
        mend: unmount,
        reason: /root-swapped/,
      },
    ];

  test(`is suspended whatever becomes of the mount, loses nothing and resumes by itself, ${rounds} times each`, {
    timeout: rounds * 60_000,
  }, async () => {
    const { trial, folder, attach, paths } = await aMountedTrial();
    trial.start();
    await trial.converges(() => paths, 30_000);
    for (const { name, breakIt, mend, reason } of Array.from({ length: rounds }, () => faults).flat()) {
      breakIt(folder);
      // a scan that fell between unmounting and mounting gives its own reason first
      await eventually(`the suspension of a mount that ${name}`, 20_000, () =>
        reason.test(String(trial.query(`select reason from sources where state = 'suspended'`)[0]?.reason))
          ? true
          : undefined,
      );
      expect(trial.query(`select count(*) n from items where presence = 'tombstone'`)).toEqual([{ n: 0 }]);
      expect(trial.query('select count(*) n from held_deletions')).toEqual([{ n: 0 }]);
      expect((await trial.inCloud()).size).toBe(60);
      mend(folder);
      attach();
      await eventually('the return', 20_000, () =>
        trial.query(`select 1 from sources where state = 'live'`).length > 0 ? true : undefined,
      );
      await trial.converges(() => paths);
    }
  });

  test('the control: trusting what is listed, without verifying the root, would delete everything', async () => {
    const { folder } = await aMountedTrial();
    const careless = verifyRoot(folder, undefined, []);
    unmount(folder);
    // the broken variant knows no identity and no sample, as if neither were kept
    expect(verifyRoot(folder, undefined, []).kind).toBe('verified');
    expect(
      careless.kind === 'verified' &&
        verifyRoot(folder, careless.identity, [{ key: '0.jpg', size: 1, mtimeMs: 1 }]).kind,
    ).toBe('suspended');
  });
});
