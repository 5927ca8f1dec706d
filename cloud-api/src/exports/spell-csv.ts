import type { DatasetItem } from '@nucleus/shared/wire/dataset-item';

const itemColumns = ['reference_id', 'item_id', 'image_url', 'width', 'height', 'phash'] as const;
/** Holds what has no column of its own: lists, objects and fields that came while the export ran. */
const restColumn = 'metadata_json';

/**
 * Items as CSV (RFC 4180: CRLF, texts quoted), one piece a page, the header first. A text that a spreadsheet would run as a formula
 * gets an apostrophe before it; numbers stay as they are.
 * @param fields metadata fields that get a column, in this order
 */
export async function* spellCsv(
  pages: AsyncIterable<readonly DatasetItem[]>,
  fields: readonly string[],
): AsyncGenerator<string> {
  yield row([...itemColumns, ...fields.map((field) => `metadata.${field}`), restColumn]);
  for await (const page of pages) yield page.map((item) => row(cellsOf(item, fields))).join('');
}

function cellsOf(item: DatasetItem, fields: readonly string[]): unknown[] {
  const rest: Record<string, unknown> = { ...item.metadata };
  const values = fields.map((field) => {
    const value = Object.hasOwn(item.metadata, field) ? item.metadata[field] : undefined;
    if (typeof value === 'object' && value !== null) return undefined;
    delete rest[field];
    return value;
  });
  return [
    item.reference_id,
    item.id,
    item.image_url,
    item.width,
    item.height,
    item.phash,
    ...values,
    Object.keys(rest).length === 0 ? undefined : JSON.stringify(rest),
  ];
}

function row(cells: readonly unknown[]): string {
  return `${cells.map(spellCell).join(',')}\r\n`;
}

function spellCell(value: unknown): string {
  if (value === undefined || value === null) return '';
  if (typeof value !== 'string') return String(value);
  // what spreadsheets take for the start of a formula, full-width forms included
  const safe = /^[=+\-@\t\r\n＝＋－＠]/.test(value) ? `'${value}` : value;
  return `"${safe.replaceAll('"', '""')}"`;
}
