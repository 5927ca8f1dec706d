import type { Facts } from '../record/facts.ts';
import { prepareEnqueue } from '../state/enqueue.ts';
import { oweFor } from '../state/files.ts';
import type { ItemRow } from '../state/rows.ts';
import type { RunningSource } from './running-source.ts';

const batchSidecars = 500;

/** Brings the records of pictures under what their changed sidecar files say. @returns how many of these have a fault. */
export async function followSidecars(source: RunningSource): Promise<number> {
  const { state, sourceNo, sidecars, policy } = source;
  const find = state.prepare<[number, Buffer], ItemRow>(
    `select * from items where source_no = ? and path = ? and presence = 'live'`,
  );
  const update = state.prepare(
    'update items set sidecar = @sidecar, revision = @revision, digest = @digest where item_key = @item_key',
  );
  const enqueue = prepareEnqueue(state);
  let faulty = 0;
  const follow = state.transaction((open: ReturnType<typeof sidecars.listOpen>) => {
    for (const { path, picture } of open) {
      sidecars.close(path);
      const item = find.get(sourceNo, picture);
      if (!item) continue;
      item.sidecar = sidecars.beside(picture);
      if (item.sidecar?.includes('"fault":')) faulty++;
      const owed =
        item.status === 'catalogued' && item.facts !== null && item.content_hash !== null
          ? oweFor(
              item,
              { kind: 'facts', contentHash: item.content_hash, facts: JSON.parse(item.facts) as Facts },
              policy,
            )
          : undefined;
      if (owed) item.revision++;
      update.run({ sidecar: item.sidecar, revision: item.revision, digest: item.digest, item_key: item.item_key });
      if (!owed) continue;
      enqueue({
        source_no: sourceNo,
        reference_id: item.reference_id,
        item_key: item.item_key,
        revision: item.revision,
        op: owed,
        new_reference_id: null,
      });
    }
  });
  for (let open = sidecars.listOpen(batchSidecars); open.length > 0; open = sidecars.listOpen(batchSidecars)) {
    follow(open);
    await new Promise(setImmediate);
  }
  return faulty;
}
