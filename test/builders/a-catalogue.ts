import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { RecordPolicy } from '../../agent/src/record/build-record.ts';
import type { Facts } from '../../agent/src/record/facts.ts';
import { openState, type State } from '../../agent/src/state/open-state.ts';
import { markCatalogued } from '../../agent/src/state/sources.ts';

export const catalogueAgentId = `agt_${'a'.repeat(20)}`;

/** A catalogue with one source, `main`, in a temporary folder; changes are put into it as the pipeline would. */
export interface Catalogue {
  state: State;
  folder: string;
  policy: RecordPolicy;
  /** Makes an item live and owes it, or owes it again one revision higher. */
  put(ref: string, width?: number): void;
  /** Turns an item into a tombstone that is owed. */
  remove(ref: string): void;
  queued(): number;
  deadLetters(): { reference_id: string; code: string }[];
  close(): void;
}

export function aCatalogue(): Catalogue {
  const folder = mkdtempSync(join(tmpdir(), 'catalogue-'));
  const state = openState(folder);
  state
    .prepare(
      `insert into sources (source_no, alias, folder, dataset_name, level, names, fields_off, state)
       values (1, 'main', '/srv/pictures', 'Photos', 'standard', 'relative-path', '[]', 'live')`,
    )
    .run();
  markCatalogued(state, 1);
  const insert = state.prepare(
    `insert into items (item_key, source_no, reference_id, presence, status, path, dev, ino, byte_size, mtime_ms, ctime_ms,
       content_hash, revision, facts, ingest_day)
     values (randomblob(16), 1, @ref, 'live', 'catalogued', cast(@ref as blob), 1, 1, 1000, 0, 0, zeroblob(32), 1, @facts, '2026-11-23')
     on conflict (source_no, reference_id) do update set presence = 'live', revision = revision + 1, facts = @facts`,
  );
  const bury = state.prepare(`update items set presence = 'tombstone', revision = revision + 1 where reference_id = ?`);
  const owe = state.prepare(
    `insert into outbox (source_no, reference_id, item_key, revision, op)
     select source_no, reference_id, item_key, revision, @op from items where reference_id = @ref
     on conflict (source_no, reference_id) do update set revision = excluded.revision, op = excluded.op`,
  );
  return {
    state,
    folder,
    policy: {
      alias: 'main',
      level: 'standard',
      names: 'relative-path',
      fieldsOff: [],
      gpsGrainDegrees: 0.1,
      publicUrl: 'http://127.0.0.1:8787',
    },
    put: state.transaction((ref: string, width = 640) => {
      const facts: Facts = {
        width,
        height: 480,
        phash: '01'.repeat(32),
        fields: { format: 'jpeg', media_kind: 'image', status: 'ok', brightness: 7 },
      };
      insert.run({ ref, facts: JSON.stringify(facts) });
      owe.run({ ref, op: 'put' });
    }),
    remove: state.transaction((ref: string) => {
      bury.run(ref);
      owe.run({ ref, op: 'delete' });
    }),
    queued: () => state.prepare('select count(*) from outbox').pluck().get() as number,
    deadLetters: () =>
      state.prepare('select reference_id, code from dead_letters order by 1').all() as {
        reference_id: string;
        code: string;
      }[],
    close: () => {
      state.close();
      rmSync(folder, { recursive: true });
    },
  };
}
