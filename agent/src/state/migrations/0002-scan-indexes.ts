/**
 * A scan compares every live row with its file: all that it reads, without the rows themselves, which are ten times as large. After an
 * upgrade it looks for what an older extraction described.
 */
export const scanIndexes = `
create index items_by_scan on items (source_no, path, dev, ino, byte_size, mtime_ms, ctime_ms) where presence = 'live';
create index items_by_version on items (source_no, extract_version) where presence = 'live';
`;
