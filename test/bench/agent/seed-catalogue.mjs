/** `seed-catalogue.mjs FOLDER DATA`: catalogues every file of a folder as it lies there, without reading it, a row a file. */
import { randomBytes } from 'node:crypto';
import { lstatSync } from 'node:fs';
import { recordPolicies } from '../../../agent/dist/policies.js';
import { walkFolder } from '../../../agent/dist/source/walk-folder.js';
import { emptyItem, insertItemSql } from '../../../agent/dist/state/files.js';
import { openState } from '../../../agent/dist/state/open-state.js';
import { declareSource } from '../../../agent/dist/state/sources.js';
import { configOf } from './a-pipeline.mjs';

const [folder, data] = process.argv.slice(2);
const facts = JSON.stringify({
  width: 640,
  height: 480,
  phash: '01'.repeat(32),
  fields: { media_kind: 'image', format: 'jpeg', status: 'ok', brightness: 8, mean_color: '#808080' },
});
const state = openState(data);
const config = configOf(folder, data);
const { source_no } = declareSource(state, config.sources[0]);
const insert = state.prepare(insertItemSql);
state.pragma('synchronous = OFF');
state.exec('begin');
let files = 0;
const none = () => undefined;
walkFolder(folder, '', lstatSync(folder).dev, {
  file(key, stat) {
    insert.run({
      ...emptyItem,
      item_key: randomBytes(16),
      source_no,
      reference_id: key,
      path: Buffer.from(key, 'latin1'),
      ingest_day: '2026-11-24',
      status: 'catalogued',
      dev: stat.dev,
      ino: stat.ino,
      byte_size: stat.size,
      mtime_ms: stat.mtimeMs,
      ctime_ms: stat.ctimeMs,
      content_hash: randomBytes(32),
      facts,
      extract_version: 1_000,
    });
    if (++files % 20_000 === 0) state.exec('commit; begin');
  },
  notRegular: none,
  otherMount: none,
  unlistable: none,
});
state.exec('commit');
// records of another policy would all be made anew
const policy = JSON.stringify(recordPolicies(config).get('main'));
state.prepare('update sources set on_disk = ?, policy = ? where source_no = ?').run(files, policy, source_no);
state.close();
