/** What Prometheus reads: every stage that a request, a picture, a question or a job passes is counted, and names nobody. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { aJpeg } from '../builders/a-picture.ts';
import { aPictureServer, type PictureServer } from '../builders/a-picture-server.ts';
import { eventually } from '../builders/eventually.ts';
import { type ACloud, aCloud } from './a-cloud.ts';
import { onEachDatabase } from './on-each-database.ts';
import { send } from './send.ts';

onEachDatabase('metrics', (open) => {
  let cloud: ACloud;
  let pictures: PictureServer;
  beforeAll(async () => {
    pictures = await aPictureServer({ '/a.jpg': await aJpeg(), '/text.jpg': Buffer.from('no picture') });
    cloud = await aCloud({ database: await open(), fetchAllow: [pictures.host] });
  });
  afterAll(async () => {
    await cloud.close();
    await pictures.close();
  });

  const read = async (): Promise<Map<string, number>> => {
    const { text } = await send(`${cloud.url}/metrics`);
    const lines = text.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
    return new Map(
      lines.map((line) => [line.slice(0, line.lastIndexOf(' ')), Number(line.slice(line.lastIndexOf(' ')))]),
    );
  };

  test('requests, items, pictures, questions and jobs move their figures, and no figure holds a name', async () => {
    const call = async (path: string, body?: object) =>
      (await send(cloud.url + path, { key: cloud.adminKey, ...(body === undefined ? {} : { body }) })).body;
    const { dataset_id: id } = await call('/v1/nucleus/dataset/create', { name: 'secret-name' });
    const items = ['/a.jpg', '/text.jpg', '/missing.jpg'].map((path) => ({
      reference_id: `secret${path}`,
      image_url: pictures.origin + path,
    }));
    const dataset = `/v1/nucleus/dataset/${id}`;
    expect(await call(`${dataset}/append`, { items })).toMatchObject({ new_items: 1, upload_errors: 2 });
    await call(`${dataset}/queryItemsPage`, { pageToken: null, pageSize: 10, query: 'width > 0' });
    const { job_id } = await call(`${dataset}/deduplicate_async`, { threshold: 1 });
    await eventually(
      'the job',
      10_000,
      async () => (await call(`/v1/nucleus/job/${job_id}`)).status !== 'Running' || undefined,
    );
    const figures = await read();
    const at = (name: string) => figures.get(name) ?? 0;
    expect({
      append: at(
        'nucleus_http_requests_total{route="/v1/nucleus/dataset/:datasetId/append",method="POST",status="200"}',
      ),
      items: at('nucleus_items_written_total{by="append"}'),
      kept: at('nucleus_attachments_total{way="fetch",result="kept"}'),
      refused: at('nucleus_attachments_total{way="fetch",result="refused"}'),
      unreachable: at('nucleus_attachments_total{way="fetch",result="unreachable"}'),
      fetches: at('nucleus_attachment_seconds_count{way="fetch"}'),
      job: at('nucleus_job_attempts_total{kind="deduplication",result="completed"}'),
      open: at('nucleus_jobs_open{kind="deduplication"}'),
      waiting: at('nucleus_http_requests_waiting'),
    }).toEqual({ append: 1, items: 1, kept: 1, refused: 1, unreachable: 1, fetches: 3, job: 1, open: 0, waiting: 0 });
    expect(at('nucleus_projection_catch_up_seconds_count')).toBeGreaterThan(0);
    expect(at('nucleus_attachment_bytes_total')).toBeGreaterThan(100);
    expect([...figures.keys()].join('\n')).not.toMatch(/secret|127\.0\.0\.1|live_|ds_[a-z0-9]{20}/);
  });
});
