import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { distinctJpegs } from '../builders/a-picture.ts';
import { type ATrial, aTrial } from '../builders/a-trial.ts';
import { eventually } from '../builders/eventually.ts';

const files = 500;
const limit = 100;

async function writePictures(trial: ATrial, count: number): Promise<string[]> {
  const names = Array.from({ length: count }, (_, i) => `f${i}.jpg`);
  for (const [i, bytes] of (await distinctJpegs(count)).entries())
    writeFileSync(join(trial.folder, `f${i}.jpg`), bytes);
  return names;
}
const queued = (trial: ATrial): number => trial.query('select count(*) n from outbox')[0].n;

test('a full queue pauses scanning, says so, drops nothing and goes on by itself', async () => {
  const trial = await aTrial({ config: { sync: { max_queued_changes: limit } } });
  const names = await writePictures(trial, files);
  trial.relay.fateOf = () => 'unheard';
  const agent = trial.start();
  await eventually('the pause', 30_000, () => {
    try {
      return trial.query('select reason from sources')[0]?.reason === 'queue-full' ? true : undefined;
    } catch {
      return undefined;
    }
  });
  const atPause = queued(trial);
  expect(atPause).toBeGreaterThanOrEqual(limit);
  // what was described already is written; without the limit it would be everything
  expect(atPause).toBeLessThan(files);
  const { stdout } = await trial.command('status');
  expect(stdout).toContain('main: paused (queue-full)');
  expect(await trial.metrics()).toContain(
    'nucleus_agent_source_state{source="main",state="paused",reason="queue-full"} 1',
  );
  expect(queued(trial)).toBe(atPause);
  // an unreachable cloud is behind, too
  await eventually('a lag', 10_000, async () =>
    /nucleus_agent_lag_seconds\{source="main"\} [1-9]/.test(await trial.metrics()) ? true : undefined,
  );
  trial.relay.fateOf = () => 'pass';
  await trial.converges(() => names, 60_000);
  await eventually('an empty queue', 10_000, () => (queued(trial) === 0 ? true : undefined));

  // the same agent, now healthy, through the eyes of whoever runs it
  const asked: string[] = [];
  trial.relay.fateOf = (path) => {
    asked.push(path);
    return 'pass';
  };
  await eventually('a live source', 10_000, () =>
    trial.query('select state from sources')[0]?.state === 'live' ? true : undefined,
  );
  const metrics = await trial.metrics();
  for (const line of [
    `nucleus_agent_source_files{source="main",kind="catalogued"} ${files}`,
    `nucleus_agent_source_files{source="main",kind="on_disk"} ${files}`,
    'nucleus_agent_queued_changes{source="main"} 0',
    'nucleus_agent_cloud_connected 1',
    `nucleus_agent_changes_total{result="acknowledged"} ${files}`,
    'nucleus_agent_http_replies_total',
    'nucleus_agent_cloud_requests_total{status="200"}',
    'process_resident_memory_bytes',
  ])
    expect(metrics).toContain(line);
  expect(metrics).not.toContain('f1.jpg');
  expect(metrics).not.toContain(trial.folder);
  expect((await trial.command('compare')).exit).toBe(0);
  await eventually('a comparison', 10_000, () => (asked.some((path) => path.includes('/manifest')) ? true : undefined));
  await eventually('its day', 10_000, async () => {
    const { sources } = JSON.parse((await trial.command('status', '--json')).stdout);
    return sources[0].verified_day === new Date().toISOString().slice(0, 10) ? true : undefined;
  });
  const words = (await trial.command('status')).stdout;
  expect(words).toMatch(/changes are found by events and scans/);
  expect(words).toMatch(/last whole scan \d+ s ago; last compared with the cloud \d{4}-\d{2}-\d{2}/);
  expect(await agent.stop()).toBe(0);
});
