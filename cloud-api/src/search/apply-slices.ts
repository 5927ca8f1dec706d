import type { ProjectionFile } from './open-projection.ts';
import type { MemberRow, TruthFeed } from './truth-feed.ts';

const rowsPerPage = 10_000;

/** Brings the slices of a projection and their members up to change number `target`, in one transaction. */
export async function applySlices(file: ProjectionFile, feed: TruthFeed, target: number): Promise<void> {
  const after = file.slicesChangeNo;
  if (after >= target) return;
  const { writer } = file;
  const known = new Set(file.slices);
  await writer.run('begin');
  try {
    for (const { sliceId, isLive } of await feed.slicesAfter(after, target)) {
      if (isLive) {
        known.add(sliceId);
        await writer.run('insert into slices values (?)', [sliceId]);
      } else if (known.delete(sliceId)) {
        await writer.run('delete from slices where slice_id = ?', [sliceId]);
        await writer.run('delete from slice_items where slice_id = ?', [sliceId]);
      }
    }
    await appendMembers(file, feed, target);
    await writer.run('update projection set slices_change_no = ?', [target]);
    await writer.run('commit');
  } catch (error) {
    await writer.run('rollback');
    throw error;
  }
  file.slices = known;
  file.slicesChangeNo = target;
}

async function appendMembers(file: ProjectionFile, feed: TruthFeed, target: number): Promise<void> {
  // past every member of the writes that are applied: no slice id sorts behind `~`
  let last: MemberRow = { changeNo: file.slicesChangeNo, sliceId: '~', seq: 0 };
  for (;;) {
    const rows = await feed.membersAfter(last, target, rowsPerPage);
    const appender = await file.writer.createAppender('slice_items');
    for (const { sliceId, seq } of rows) {
      appender.appendVarchar(sliceId);
      appender.appendBigInt(BigInt(seq));
      appender.endRow();
    }
    appender.closeSync();
    last = rows.at(-1) ?? last;
    if (rows.length < rowsPerPage) return;
  }
}
