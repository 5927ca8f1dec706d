import { type ProjectionFile, readSlices } from './open-projection.ts';
import type { MemberRow, TruthFeed } from './truth-feed.ts';

const rowsPerPage = 10_000;

/** Brings the slices and tags of a projection and their members up to change number `target`, in one transaction. */
export async function applySlices(file: ProjectionFile, feed: TruthFeed, target: number): Promise<void> {
  const after = file.slicesChangeNo;
  if (after >= target) return;
  const { writer } = file;
  await writer.run('begin');
  try {
    for (const { sliceId, isLive, query, tag } of await feed.slicesAfter(after, target)) {
      await writer.run('delete from slices where slice_id = ?', [sliceId]);
      if (isLive) await writer.run('insert into slices values (?, ?, ?)', [sliceId, query, tag]);
      else await writer.run('delete from slice_items where slice_id = ?', [sliceId]);
    }
    await applyMembers(file, feed, target);
    await writer.run('update projection set slices_change_no = ?', [target]);
    const known = await readSlices(writer);
    await writer.run('commit');
    Object.assign(file, known);
  } catch (error) {
    await writer.run('rollback');
    throw error;
  }
  file.slicesChangeNo = target;
}

async function applyMembers(file: ProjectionFile, feed: TruthFeed, target: number): Promise<void> {
  // past every member of the writes that are applied: no slice id sorts behind `~`
  let last: Omit<MemberRow, 'isMember'> = { changeNo: file.slicesChangeNo, sliceId: '~', seq: 0 };
  for (;;) {
    const rows = await feed.membersAfter(last, target, rowsPerPage);
    await removeTouched(file, rows);
    const appender = await file.writer.createAppender('slice_items');
    for (const { sliceId, seq, isMember } of rows) {
      if (!isMember) continue;
      appender.appendVarchar(sliceId);
      appender.appendBigInt(BigInt(seq));
      appender.endRow();
    }
    appender.closeSync();
    last = rows.at(-1) ?? last;
    if (rows.length < rowsPerPage) return;
  }
}

/** A row may tell anew of a member that is there. A first build has none. */
async function removeTouched(file: ProjectionFile, rows: readonly MemberRow[]): Promise<void> {
  if (file.slicesChangeNo === 0 || rows.length === 0) return;
  await file.writer.run('create or replace temp table touched_members (slice_id varchar, seq bigint)');
  const touched = await file.writer.createAppender('touched_members');
  for (const { sliceId, seq } of rows) {
    touched.appendVarchar(sliceId);
    touched.appendBigInt(BigInt(seq));
    touched.endRow();
  }
  touched.closeSync();
  await file.writer.run(
    'delete from slice_items using touched_members t where slice_items.slice_id = t.slice_id and slice_items.seq = t.seq',
  );
}
