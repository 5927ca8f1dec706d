/** Exports by job: the same bytes as a download, behind a link that ends, until a day later or until the dataset goes. */
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { eventually } from '../builders/eventually.ts';
import { type ACloud, aCloud } from './a-cloud.ts';
import { onEachDatabase } from './on-each-database.ts';
import { send } from './send.ts';
import { anItem, aPrivateDataset } from './some-vectors.ts';

onEachDatabase('exports by job', (open) => {
  let cloud: ACloud;
  let aheadMs = 0;
  let id: string;
  const amount = 2_500;
  beforeAll(async () => {
    cloud = await aCloud({ database: await open(), clock: () => Date.now() + aheadMs });
    id = await aPrivateDataset(cloud);
    const items = Array.from({ length: amount }, (_, at) => anItem(`r/${at}`, { metadata: { at, note: '=1+1' } }));
    await call(`/v1/nucleus/dataset/${id}/append`, { items });
  });
  afterAll(() => cloud.close());

  const call = (path: string, body?: unknown, key = cloud.adminKey) =>
    send(cloud.url + path, { key, ...(body === undefined ? {} : { body }) });
  const finished = (jobId: string): Promise<any> =>
    eventually('the end of the job', 15_000, async () => {
      const { body } = await call(`/v1/nucleus/job/${jobId}`);
      return body.status === 'Running' ? undefined : body;
    });
  const exported = async (body: object): Promise<{ jobId: string; job: any; url: string }> => {
    const head = await call(`/v1/exports/${id}`, body);
    expect(head.body).toMatchObject({ job_type: 'exportItems', job_last_known_status: 'Running', dataset_id: id });
    const job = await finished(head.body.job_id);
    expect(job.status).toBe('Completed');
    return { jobId: head.body.job_id, job, url: job.message.result[0] };
  };

  test.each([
    ['csv', '', amount, 'text/csv; charset=utf-8'],
    ['jsonl', 'at < 7', 7, 'application/x-ndjson'],
    ['coco', 'at >= 2000', 500, 'application/json; charset=utf-8'],
  ])('%s of the query %j is the file that a download gives', async (format, query, items, type) => {
    const { job, url } = await exported({ format, query });
    expect(job).toMatchObject({ completed_steps: items, total_steps: items, message: { format, items } });
    const file = await fetch(url);
    const text = await file.text();
    expect([file.status, file.headers.get('content-type'), Buffer.byteLength(text)]).toEqual([
      200,
      type,
      job.message.bytes,
    ]);
    expect(file.headers.get('content-disposition')).toMatch(/^attachment; filename="job_/);
    const download = await call(`/v1/exports/${id}/${format}?query=${encodeURIComponent(query)}`);
    expect(text).toBe(download.text);
    if (format === 'csv') expect(text).toContain(`"'=1+1"`);
    const part = await fetch(url, { headers: { range: 'bytes=0-9' } });
    expect([part.status, await part.text()]).toEqual([206, text.slice(0, 10)]);
  });

  test('a bad query, an unknown format and a foreign dataset are refused before there is a job', async () => {
    expect((await call(`/v1/exports/${id}`, { format: 'csv', query: 'ghost = 1' })).body.code).toBe('invalid-request');
    expect((await call(`/v1/exports/${id}`, { format: 'xls' })).status).toBe(400);
    const foreign = await cloud.makeKey({ tenant: 'others' });
    expect((await call(`/v1/exports/${id}`, { format: 'csv' }, foreign)).status).toBe(404);
    const reader = await cloud.makeKey({ scopes: ['read'] });
    expect((await call(`/v1/exports/${id}`, { format: 'csv' }, reader)).status).toBe(403);
  });

  test('a link ends after minutes and is signed anew; the file goes after a day and with its dataset', async () => {
    const { jobId, url } = await exported({ format: 'jsonl', query: 'at = 1' });
    aheadMs = 16 * 60_000;
    const late = await fetch(url);
    expect([late.status, late.headers.get('x-error-code')]).toEqual([410, 'link-expired']);
    const [again] = (await finished(jobId)).message.result;
    expect((await fetch(again)).status).toBe(200);
    aheadMs = 25 * 60 * 60_000;
    expect((await finished(jobId)).message).toMatchObject({ result: [], expired: true });
    aheadMs = 0;
    await cloud.restart();
    const { url: kept } = await exported({ format: 'jsonl', query: 'at = 1' });
    await cloud.restart();
    const moved = kept.replace(/^http:\/\/[^/]+/, cloud.url);
    expect((await fetch(moved)).status).toBe(200);
    await send(`${cloud.url}/v1/nucleus/dataset/${id}`, { key: cloud.adminKey, method: 'DELETE', body: {} });
    expect((await fetch(moved)).status).toBe(404);
    // The sweep of the next start takes the files of what is gone.
    await cloud.restart();
    const folder = join(cloud.data, 'cloud', 'objects', 'results');
    await eventually('the sweep', 5_000, async () => {
      const left = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => []);
      return left.every((entry) => !entry.isFile()) || undefined;
    });
  });
});
