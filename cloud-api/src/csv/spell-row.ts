/**
 * A row of CSV (RFC 4180: CRLF, texts quoted). A text that a spreadsheet would run as a formula gets an apostrophe before it; numbers
 * stay as they are.
 */
export function spellRow(cells: readonly unknown[]): string {
  return `${cells.map(spellCell).join(',')}\r\n`;
}

function spellCell(value: unknown): string {
  if (value === undefined || value === null) return '';
  if (typeof value !== 'string') return String(value);
  // what spreadsheets take for the start of a formula, full-width forms included
  const safe = /^[=+\-@\t\r\n＝＋－＠]/.test(value) ? `'${value}` : value;
  return `"${safe.replaceAll('"', '""')}"`;
}
