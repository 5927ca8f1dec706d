/**
 * The catalogue. `items` is what was seen on disk and what is owed for it; `outbox` holds at most one owed change an item,
 * the newest. Times are milliseconds; stat times keep the exact double that the file system call returned.
 */
export const catalogue = `
create table meta (key text primary key, value text not null) strict, without rowid;

create table sources (
  source_no integer primary key,
  alias text not null unique,
  folder text not null,
  dataset_name text not null,
  level text not null,
  names text not null,
  -- JSON array of field names
  fields_off text not null,
  -- JSON of the record policy by which every record of the source is built; null before the first
  policy text,
  -- identity of the root when it was last verified; null before the first scan
  root_dev integer,
  root_ino integer,
  root_fs_type integer,
  state text not null default 'starting',
  reason text not null default 'none',
  source_id text,
  dataset_id text,
  fence integer,
  -- counts of the last complete scan
  on_disk integer not null default 0,
  excluded integer not null default 0,
  not_regular integer not null default 0,
  last_scan_ms integer,
  scan_no integer not null default 0
) strict;

create table items (
  item_key blob primary key,
  source_no integer not null references sources,
  reference_id text not null,
  -- live: on disk; missing: gone, not yet told; tombstone: told as deleted, kept 30 days for its return
  presence text not null check (presence in ('live', 'missing', 'tombstone')),
  -- pending: seen, not extracted; catalogued: has a record; exception: has none, for the stated reason
  status text not null check (status in ('pending', 'catalogued', 'exception')),
  -- relative to the source, as bytes; the last one known when not live
  path blob not null,
  dev integer not null,
  ino integer not null,
  byte_size integer not null,
  mtime_ms real not null,
  ctime_ms real not null,
  -- HMAC-SHA-256 of the content under the content key, 32 bytes; null until hashed
  content_hash blob,
  -- grows when the content is replaced; links of older generations die
  generation integer not null default 1,
  -- grows with every change owed to the cloud; 0 before the first
  revision integer not null default 0,
  -- digest of the record at this revision, or 'deleted'
  digest text,
  acked_revision integer not null default 0,
  acked_digest text,
  -- JSON of Facts: all that extraction found, whatever the level
  facts text,
  ingest_day text not null,
  missing_since_ms integer,
  missing_scans integer not null default 0,
  deleted_ms integer,
  exception_code text,
  exception_sentence text,
  strikes integer not null default 0,
  -- version of the extraction that produced facts or the exception
  extract_version integer not null default 0
) strict;

create unique index items_by_path on items (source_no, path) where presence = 'live';
create unique index items_by_reference on items (source_no, reference_id);
create index items_by_hash on items (source_no, content_hash) where content_hash is not null;
create index items_gone on items (source_no, presence, deleted_ms) where presence <> 'live';
-- places in the viewer's grid: skipping rows by offset reads this index alone
create index items_by_place on items (source_no, path) where presence = 'live' and status = 'catalogued';
create index items_gone_by_hash on items (source_no, content_hash) where presence <> 'live';
create index items_gone_by_inode on items (source_no, ino) where presence = 'missing';
create index items_gone_by_path on items (source_no, path) where presence <> 'live';
create index items_by_status on items (source_no, status) where presence = 'live' and status <> 'catalogued';

create table outbox (
  source_no integer not null references sources,
  reference_id text not null,
  item_key blob not null,
  revision integer not null,
  op text not null check (op in ('put', 'delete', 'rekey')),
  -- rekey only
  new_reference_id text,
  primary key (source_no, reference_id)
) strict, without rowid;

create table dead_letters (
  source_no integer not null references sources,
  reference_id text not null,
  item_key blob not null,
  revision integer not null,
  code text not null,
  at_ms integer not null,
  primary key (source_no, reference_id)
) strict, without rowid;

create table held_deletions (
  source_no integer not null references sources,
  item_key blob not null,
  since_ms integer not null,
  primary key (source_no, item_key)
) strict, without rowid;
`;
