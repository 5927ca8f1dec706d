/** Sidecar files as they were last seen, what they say, and the types that custom fields and vectors keep in a source. */
export const sidecars = `
create table sidecars (
  source_no integer not null,
  -- of the sidecar itself, relative to the source
  path blob not null,
  dev integer not null,
  ino integer not null,
  byte_size integer not null,
  mtime_ms real not null,
  ctime_ms real not null,
  -- JSON of Sidecar; null once the file is gone, until its picture's record has followed
  said text,
  -- whether the picture's record has still to follow
  is_open integer not null,
  primary key (source_no, path)
) strict, without rowid;
create index sidecars_open on sidecars (source_no, path) where is_open = 1;

create table custom_types (
  source_no integer not null,
  -- x_<key>, or vector:<index id>
  name text not null,
  -- number, text, or the length of a vector
  type text not null,
  primary key (source_no, name)
) strict, without rowid;

-- JSON of Sidecar of the file beside the item's path
alter table items add column sidecar text;
`;
