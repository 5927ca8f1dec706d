import { execFileSync } from 'node:child_process';
import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { openDistantFiles } from '../../agent/src/source/distant-files.ts';
import { aFuseMount, describeWithFuse } from '../builders/a-fuse-mount.ts';
import { addFile, aProxy, ask, json, linkPath, restat } from '../builders/a-proxy.ts';
import { eventually } from '../builders/eventually.ts';

const distantThread = new URL('../../agent/dist/source/distant-thread.js', import.meta.url);
const fuse = 0x65735546;

describeWithFuse('files of a mount that stops to answer', () => {
  test('are answered 503 with the reason, everything else goes on, and they come back by themselves', {
    timeout: 30_000,
  }, async () => {
    const distant = openDistantFiles(distantThread, 300);
    const running = await aProxy({ distant });
    const disk = mkdtempSync(join(tmpdir(), 'hanging-'));
    const files = ['small.jpg', 'large.jpg', 'other.jpg'].map((path, i) =>
      addFile(running, path, Buffer.alloc(i === 1 ? 3_000_000 : 5000, path)),
    );
    cpSync(running.folder, disk, { recursive: true });
    const mount = await aFuseMount(disk, running.folder);
    onTestFinished(async () => {
      mount.close();
      await distant.close();
      await running.close();
      rmSync(disk, { recursive: true, force: true });
    });
    running.state.prepare('update sources set root_fs_type = ?').run(fuse);
    for (const { itemKey, path } of files) restat(running.state, itemKey, join(running.folder, path));
    const links = files.map(({ path }) => linkPath(running, path));
    const preview = linkPath(running, 'other.jpg', 'preview-256');
    for (const [i, { content }] of files.entries()) {
      const reply = await ask(running.port, links[i] as string);
      expect([reply.status, reply.body.equals(content), reply.isCut]).toEqual([200, true, false]);
    }
    const part = await ask(running.port, links[1] as string, { headers: { range: 'bytes=1048570-1048585' } });
    expect([part.status, part.body.toString()]).toEqual([206, files[1]?.content.toString('latin1', 1048570, 1048586)]);

    mount.hang();
    // the control: whoever opens it as if it were a file of this machine waits for ever
    const plain = () =>
      execFileSync(process.execPath, ['-e', 'fs.openSync(process.argv[1])', join(running.folder, 'small.jpg')], {
        timeout: 1500,
        killSignal: 'SIGKILL',
        stdio: 'ignore',
      });
    expect(plain).toThrow(/ETIMEDOUT/);
    const asked = [...links, preview].map((link) => ask(running.port, link));
    expect((await ask(running.port, '/healthz')).status).toBe(200);
    for (const reply of await Promise.all(asked)) {
      expect([reply.status, json(reply).code]).toEqual([503, 'source-suspended']);
      expect(Number(reply.headers['retry-after'])).toBeGreaterThan(0);
    }
    // what was cut off in the middle is told by the cut
    mount.resume();
    await eventually('the return', 10_000, async () =>
      (await ask(running.port, links[0] as string)).status === 200 ? true : undefined,
    );
    const large = await ask(running.port, links[1] as string);
    expect([large.status, large.body.equals(files[1]?.content as Buffer)]).toEqual([200, true]);
    expect((await ask(running.port, preview)).status).toBe(200);
  });
});
