import type { Database } from '../database/open-database.ts';
import { listMembershipRows } from './membership-queries.ts';

/** When an item came into a slice or got a tag, or left it, whichever was last. */
export interface Membership {
  name: string;
  of: 'tag' | 'slice';
  isMember: boolean;
  changeNo: number;
}

/** How the item at a place of a dataset stands, or last stood, to each slice and tag with members of its own. */
export async function listMemberships(
  db: Database,
  tenantId: string,
  datasetId: string,
  seq: number,
): Promise<Membership[]> {
  const rows = await listMembershipRows(db, tenantId, datasetId, seq);
  return rows.map(({ name, type, isMember, changeNo }) => ({
    name,
    of: type === 'tag' ? 'tag' : 'slice',
    isMember: isMember === 1,
    changeNo,
  }));
}
