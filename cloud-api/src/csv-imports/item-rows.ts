/** Rows of a CSV that become items of a dataset. */
import { listBareItems } from '../attachments/unfetched-items.ts';
import type { ResumableUploadsTable } from '../database/intake-tables.ts';
import type { Database } from '../database/open-database.ts';
import { type AppendParts, appendItemsIn, prepareAppend } from '../items/append-items.ts';
import { findItemIds } from '../items/find-item-id.ts';
import { readFieldTypes } from '../items/lock-field-types.ts';
import { type RowTarget, reportRows } from './row-target.ts';
import { readItemRow } from './rules.ts';

/** Items that are there, by reference id; those that never had a picture are still to come. */
async function findShown(
  db: Database,
  tenantId: string,
  datasetId: string,
  referenceIds: readonly string[],
): Promise<ReadonlyMap<string, string>> {
  const found = await findItemIds(db, tenantId, datasetId, referenceIds);
  const bare = await listBareItems(db, tenantId, datasetId, [...found.values()]);
  return new Map([...found].filter(([, itemId]) => !bare.has(itemId)));
}

/** @param hosts `host:port` in private networks that may be named */
export async function itemTarget(
  parts: AppendParts,
  upload: ResumableUploadsTable,
  hosts: ReadonlySet<string>,
): Promise<RowTarget> {
  const { db } = parts;
  const { tenant_id: tenantId, dataset_id: datasetId } = upload;
  const report = reportRows(upload, 'import');
  return {
    kind: 'items',
    locked: await readFieldTypes(db, tenantId, datasetId),
    judge: (columns, cells) => {
      const read = readItemRow(columns, cells, hosts);
      return 'code' in read ? read : { key: read.item.reference_id };
    },
    findKnown: (keys) => findShown(db, tenantId, datasetId, keys),
    prepare: async (columns, chunk, signal) => {
      const read = chunk.map((row) => ({ ...row, read: readItemRow(columns, row.cells, hosts) }));
      const items = read.flatMap(({ read: each }) => ('item' in each ? [each.item] : []));
      const prepared = await prepareAppend(
        parts,
        tenantId,
        datasetId,
        { items, update: false, keepsUnfetched: true },
        signal,
      );
      return async (tx, acting) => {
        const ids = items.map(({ reference_id }) => reference_id);
        const before = await findShown(tx, tenantId, datasetId, ids);
        const reply = await appendItemsIn(tx, acting, datasetId, prepared);
        const refused = new Map(
          (reply.error_payload ?? []).map((each) => {
            const { reference_id, error } = each as { reference_id: string; error: string };
            return [reference_id, error];
          }),
        );
        const after = await findItemIds(tx, tenantId, datasetId, ids);
        const bare = await listBareItems(tx, tenantId, datasetId, [...after.values()]);
        const made = new Set<string>();
        return read.map(({ rowNo, read: each }) => {
          if ('code' in each) return report.failed(rowNo, each);
          const id = each.item.reference_id;
          const itemId = after.get(id);
          if (itemId === undefined || bare.has(itemId)) {
            const error = refused.get(id) ?? 'The row was not taken.';
            const code = error.startsWith('image_url: ') ? 'fetch' : 'item';
            return report.failed(rowNo, { code, error: error.replace(/^image_url: /, '') }, id, itemId);
          }
          const state = before.has(id) || made.has(id) ? 'already-there' : 'added';
          made.add(id);
          return report.done(rowNo, state, id, itemId);
        });
      };
    },
  };
}
