import { type RecordPolicy, recordDigest } from '../record/build-record.ts';
import type { Facts } from '../record/facts.ts';
import { prepareEnqueue } from './enqueue.ts';
import { emptyItem, insertItemSql, recordOf } from './files.ts';
import { cloudHashBytes } from './known-items.ts';
import type { State } from './open-state.ts';
import type { ItemRow } from './rows.ts';

/** An item as the cloud's manifest tells it. A tombstone has no reference id. */
export interface CloudItem {
  k: string;
  ref: string;
  rev: number;
  digest: string;
  /** First 32 hex digits of the keyed content hash; absent where it does not leave. */
  content_hash?: string | undefined;
  state: 'live' | 'deleted' | 'removed_by_user';
}

export interface AdoptOptions {
  state: State;
  sourceNo: number;
  policy: RecordPolicy;
  /** Reference id of an item that is new after all. */
  nameItem: (path: Buffer, isTaken: (id: string) => boolean) => string;
  /** k of a reference id. */
  keyOf: (referenceId: string) => string;
  nowMs: number;
}

interface Pair {
  local: ItemRow;
  cloud: CloudItem;
}

/**
 * Gives items that the cloud was never told about, as far as this state knows, the identities they have there: by id and
 * content, then by content, then by id. What has no file here becomes a held deletion, and a later return of its content finds it.
 * @returns how many changes are owed for them, and how many live ones of the cloud have no file.
 */
export function adoptItems(options: AdoptOptions, items: readonly CloudItem[]): { owed: number; unclaimed: number } {
  return options.state.transaction(() => adopt(options, items)).immediate();
}

function adopt(options: AdoptOptions, items: readonly CloudItem[]): { owed: number; unclaimed: number } {
  const { state, sourceNo, nowMs } = options;
  const find = state.prepare<[number, string], ItemRow>('select * from items where source_no = ? and reference_id = ?');
  // what went missing here before the cloud acknowledged it is owed as it is
  const offered = items.filter(
    ({ ref, state: at }) => at !== 'deleted' && ref !== '' && (find.get(sourceNo, ref)?.presence ?? 'live') === 'live',
  );
  const strangers = state
    .prepare<[number], ItemRow>(
      `select * from items where source_no = ? and presence = 'live' and acked_digest is null
       and item_key not in (select item_key from outbox where op = 'rekey') order by rowid`,
    )
    .all(sourceNo);
  const { pairs, locals, clouds } = pairUp(strangers, offered);

  const rename = state.prepare<[string, Buffer]>('update items set reference_id = ? where item_key = ?');
  const unowe = state.prepare<[Buffer]>('delete from outbox where item_key = ?');
  const settle = state.prepare<ItemRow>(
    `update items set reference_id = @reference_id, revision = @revision, digest = @digest,
       acked_revision = @acked_revision, acked_digest = @acked_digest where item_key = @item_key`,
  );
  const enqueue = prepareEnqueue(state);
  let owed = 0;
  const save = (item: ItemRow, op: 'put' | 'delete' | undefined): void => {
    settle.run(item);
    if (!op) return;
    owed += 1;
    enqueue({
      source_no: sourceNo,
      reference_id: item.reference_id,
      item_key: item.item_key,
      revision: item.revision,
      op,
      new_reference_id: null,
    });
  };

  const wanted = new Set(offered.map(({ ref }) => ref));
  const buried = new Set(items.filter(({ state: at }) => at === 'deleted').map(({ k }) => k));
  const displaced = locals.filter(({ reference_id: ref }) => wanted.has(ref));
  // ids change hands in rings, so all that move let go first
  for (const row of [...pairs.filter(isRenamed).map(({ local }) => local), ...displaced]) {
    unowe.run(row.item_key);
    rename.run(`\0${row.item_key.toString('hex')}`, row.item_key);
  }
  for (const { local, cloud } of pairs) {
    unowe.run(local.item_key);
    const item = { ...local, reference_id: cloud.ref, acked_revision: cloud.rev, acked_digest: cloud.digest };
    const digest = digestOf(item, options.policy) ?? cloud.digest;
    const isOwed = digest !== cloud.digest && cloud.state === 'live';
    save(
      { ...item, digest, revision: cloud.rev + (isOwed ? 1 : 0) },
      isOwed ? (digest === 'deleted' ? 'delete' : 'put') : undefined,
    );
  }
  for (const row of displaced) {
    const isTaken = (id: string): boolean =>
      wanted.has(id) || buried.has(options.keyOf(id)) || find.get(sourceNo, id) !== undefined;
    const item = { ...row, reference_id: options.nameItem(row.path, isTaken) };
    const isCatalogued = item.status === 'catalogued';
    save(
      {
        ...item,
        digest: isCatalogued ? (digestOf(item, options.policy) ?? null) : null,
        revision: isCatalogued ? 1 : 0,
      },
      isCatalogued ? 'put' : undefined,
    );
  }
  const unclaimed = clouds.filter(({ state: at }) => at === 'live');
  hold(options, unclaimed, nowMs);
  return { owed, unclaimed: unclaimed.length };
}

/** Who is who; `locals` and `clouds` are those without a partner. */
function pairUp(
  strangers: readonly ItemRow[],
  offered: readonly CloudItem[],
): { pairs: Pair[]; locals: ItemRow[]; clouds: CloudItem[] } {
  const pairs: Pair[] = [];
  const locals = new Set(strangers);
  const clouds = new Set(offered);
  const pair = (local: ItemRow, cloud: CloudItem): void => {
    pairs.push({ local, cloud });
    locals.delete(local);
    clouds.delete(cloud);
  };
  const byRef = new Map(offered.map((cloud) => [cloud.ref, cloud]));
  for (const local of strangers) {
    const cloud = byRef.get(local.reference_id);
    if (cloud?.content_hash !== undefined && cloud.content_hash === cloudHashOf(local)) pair(local, cloud);
  }
  // equal contents are as good as one another; a name that stayed decides first
  const byHash = new Map<string, CloudItem[]>();
  for (const cloud of clouds) {
    if (cloud.content_hash === undefined) continue;
    const alike = byHash.get(cloud.content_hash);
    if (alike) alike.push(cloud);
    else byHash.set(cloud.content_hash, [cloud]);
  }
  for (const isAlike of [
    (local: ItemRow, cloud: CloudItem) => baseName(local.reference_id) === baseName(cloud.ref),
    () => true,
  ]) {
    for (const local of locals) {
      const cloud = byHash.get(cloudHashOf(local) ?? '')?.find((each) => clouds.has(each) && isAlike(local, each));
      if (cloud) pair(local, cloud);
    }
  }
  for (const local of locals) {
    const cloud = byRef.get(local.reference_id);
    if (cloud && clouds.has(cloud)) pair(local, cloud);
  }
  return { pairs, locals: [...locals], clouds: [...clouds] };
}

/** Digest of what the cloud should hold of an item; undefined when that is not known now. */
function digestOf(item: ItemRow, policy: RecordPolicy): string | undefined {
  if (item.status === 'catalogued' && item.facts !== null)
    return recordDigest(recordOf(item, JSON.parse(item.facts) as Facts, policy));
  const mayPass = ['changed-while-reading', 'unreadable', 'timed-out', 'crashed'].includes(item.exception_code ?? '');
  return item.status === 'exception' && !mayPass ? 'deleted' : undefined;
}

/** Keeps what has no file as missing, its deletion held: absence after a loss is no proof. */
function hold({ state, sourceNo }: AdoptOptions, clouds: readonly CloudItem[], nowMs: number): void {
  const insert = state.prepare<ItemRow>(insertItemSql);
  const held = state.prepare('insert into held_deletions (source_no, item_key, since_ms) values (?, ?, ?)');
  const key = state.prepare<[], Buffer>('select randomblob(16)').pluck();
  for (const { ref, rev, digest, content_hash: hash } of clouds) {
    const itemKey = key.get() as Buffer;
    insert.run({
      ...emptyItem,
      item_key: itemKey,
      source_no: sourceNo,
      reference_id: ref,
      presence: 'missing',
      status: 'catalogued',
      path: Buffer.from(ref),
      content_hash: hash === undefined ? null : Buffer.from(hash, 'hex'),
      revision: rev,
      digest,
      acked_revision: rev,
      acked_digest: digest,
      ingest_day: new Date(nowMs).toISOString().slice(0, 10),
      missing_since_ms: nowMs,
    });
    held.run(sourceNo, itemKey, nowMs);
  }
}

function isRenamed({ local, cloud }: Pair): boolean {
  return local.reference_id !== cloud.ref;
}

function cloudHashOf(item: ItemRow): string | undefined {
  return item.content_hash?.toString('hex', 0, cloudHashBytes);
}

function baseName(referenceId: string): string {
  return referenceId.slice(referenceId.lastIndexOf('/') + 1);
}
