import type { UsageRow } from '@nucleus/shared/wire/usage';
import { spellRow } from '../csv/spell-row.ts';

const columns = ['n', 'at', 'task_id', 'type', 'project', 'batch', 'actor', 'units', 'attachments', 'prev', 'hash'];

/** The ledger as CSV, one piece a page, the header first. Attachments are `id sha256 bytes`, one after the other. */
export async function* spellUsage(pages: AsyncIterable<readonly UsageRow[]>): AsyncGenerator<string> {
  yield spellRow(columns);
  for await (const page of pages) yield page.map((row) => spellRow(cellsOf(row))).join('');
}

function cellsOf(row: UsageRow): unknown[] {
  const attachments = row.attachments.map(({ attachment_id, sha256, bytes }) => `${attachment_id} ${sha256} ${bytes}`);
  return [
    row.n,
    row.at,
    row.task_id,
    row.type,
    row.project,
    row.batch,
    row.actor,
    row.units,
    attachments.join('; '),
    row.prev,
    row.hash,
  ];
}
