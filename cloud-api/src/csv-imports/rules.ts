/** What the columns of a CSV mean and what is wrong with a row. Pure. */
import { AppError } from '@nucleus/shared/failure/app-error';
import { ReferenceId } from '@nucleus/shared/ids/ids';
import type { CsvSummary } from '@nucleus/shared/wire/resumable';
import { z } from 'zod';
import { classifyAddress } from '../attachments/fetch/address-class.ts';

/** Read from the header and the cells by a check; an import goes by it. */
export const CsvShape = z.object({
  delimiter: z.string(),
  columns: z.array(z.object({ name: z.string(), type: z.enum(['number', 'text', 'address', 'reference', 'content']) })),
  /** Byte at which the first row after the header begins. */
  offset: z.number(),
  rows: z.number(),
});
export type CsvShape = z.infer<typeof CsvShape>;
export type Column = CsvSummary['columns'][number];

export interface RowProblem {
  code:
    | 'column_count'
    | 'address_missing'
    | 'text_missing'
    | 'url_scheme'
    | 'address_private'
    | 'reference_id'
    | 'encoding'
    | 'item'
    | 'task'
    | 'fetch';
  error: string;
}

/** What rows become. */
export type RowKind = 'items' | 'tasks';

const mostColumns = 256;
/** Columns that mean something; every other one is metadata. */
const known: Readonly<Record<RowKind, Readonly<Record<string, Column['type']>>>> = {
  items: { attachment_url: 'address', reference_id: 'reference' },
  tasks: { attachment_url: 'address', text: 'content', unique_id: 'reference' },
};

/**
 * Columns hold numbers until a cell says otherwise.
 * @param locked kinds of the dataset's metadata fields, `number` or `text`
 * @throws AppError `invalid-request` for a header that cannot be worked with
 */
export function readHeader(
  cells: readonly string[],
  locked: ReadonlyMap<string, string>,
  kind: RowKind = 'items',
): Column[] {
  const names = cells.map((cell) => cell.trim());
  const twice = names.find((name, i) => names.indexOf(name) !== i);
  if (twice !== undefined) throw wrongHeader(`the column ${JSON.stringify(twice.slice(0, 100))} occurs twice`);
  if (names.some((name) => name === '')) throw wrongHeader('a column has no name');
  if (names.some((name) => name.includes('\uFFFD') || name.includes('\0'))) throw wrongHeader('the file is not UTF-8');
  if (names.length > mostColumns) throw wrongHeader(`there are more than ${mostColumns} columns`);
  const columns = names.map((name): Column => {
    const meaning = Object.hasOwn(known[kind], name) ? known[kind][name] : undefined;
    return { name, type: meaning ?? (locked.get(name) === 'text' ? 'text' : 'number') };
  });
  const has = (type: Column['type']) => columns.some((column) => column.type === type);
  if (kind === 'items' && !has('address')) throw wrongHeader('the column attachment_url is missing');
  if (kind === 'tasks' && has('address') === has('content')) {
    throw wrongHeader('there must be one of the columns attachment_url and text');
  }
  return columns;
}

function wrongHeader(what: string): AppError {
  return new AppError('invalid-request', `Row 1: ${what}.`);
}

/** A number that is spelt as JSON would spell it; `007` and `1e999` are texts. */
const plainNumber = /^-?(0|[1-9]\d{0,14})(\.\d{1,15})?$/;

/** Columns that held only numbers until a row came stay so, or become text where the dataset has not fixed their kind. */
export function narrowTypes(
  columns: readonly Column[],
  cells: readonly string[],
  locked: ReadonlyMap<string, string>,
): void {
  for (const [i, column] of columns.entries()) {
    const cell = cells[i];
    if (locked.get(column.name) === 'number') continue;
    if (column.type === 'number' && cell !== undefined && cell !== '' && !plainNumber.test(cell)) column.type = 'text';
  }
}

/** The cells of a row by what they mean. */
export interface RowCells {
  /** Empty where the column is missing; so are `content` and `reference`. */
  address: string;
  content: string;
  reference: string;
  metadata: Record<string, string | number>;
}

/** The cells of a row, or what is wrong with it. `hosts` may be named although they are private. */
export function readCells(
  columns: readonly Column[],
  cells: readonly string[],
  hosts: ReadonlySet<string>,
): RowCells | RowProblem {
  if (cells.length !== columns.length)
    return { code: 'column_count', error: `${cells.length} cells, the header has ${columns.length}.` };
  if (cells.some((cell) => cell.includes('\uFFFD') || cell.includes('\0')))
    return { code: 'encoding', error: 'The row is not UTF-8.' };
  let address: string | undefined;
  let content: string | undefined;
  let reference = '';
  const metadata: Record<string, string | number> = {};
  for (const [i, { name, type }] of columns.entries()) {
    const cell = cells[i] ?? '';
    if (type === 'address') address = cell.trim();
    else if (type === 'reference') reference = cell;
    else if (type === 'content') content = cell;
    else if (type === 'number' && cell !== '' && !plainNumber.test(cell))
      return { code: 'item', error: `metadata.${name}: holds numbers in this dataset.` };
    else if (cell !== '') metadata[name] = type === 'number' ? Number(cell) : cell;
  }
  const problem = address === undefined ? undefined : judgeAddress(address, hosts);
  if (problem !== undefined) return problem;
  if (content?.trim() === '') return { code: 'text_missing', error: 'There is no text.' };
  return { address: address ?? '', content: content ?? '', reference, metadata };
}

/** A row as an item to append, or what is wrong with it. */
export function readItemRow(
  columns: readonly Column[],
  cells: readonly string[],
  hosts: ReadonlySet<string>,
): { item: { reference_id: string; image_url: string; metadata: RowCells['metadata'] } } | RowProblem {
  const read = readCells(columns, cells, hosts);
  if ('code' in read) return read;
  const { address, reference, metadata } = read;
  const referenceId = reference === '' ? referenceOf(address) : reference;
  if (!ReferenceId.safeParse(referenceId).success)
    return {
      code: 'reference_id',
      error: 'The reference id must be 1 to 1,024 bytes: give one in the column reference_id.',
    };
  return { item: { reference_id: referenceId, image_url: address, metadata } };
}

/** What can be said of an address without asking anybody; where it leads is judged when it is fetched. */
function judgeAddress(address: string, hosts: ReadonlySet<string>): RowProblem | undefined {
  if (address === '') return { code: 'address_missing', error: 'There is no attachment_url.' };
  const scheme = /^([a-z][a-z0-9+.-]{0,20}):/i.exec(address)?.[1]?.toLowerCase();
  if (scheme === 's3' || scheme === 'gs' || scheme === 'scaledata') return undefined;
  if (scheme !== 'http' && scheme !== 'https')
    return {
      code: 'url_scheme',
      error: `${scheme === undefined ? 'An address without a scheme' : `"${scheme}"`} is not supported. Use https, s3, gs or an Azure blob.`,
    };
  if (!URL.canParse(address) || address.length > 4096)
    return { code: 'url_scheme', error: 'The address is not readable.' };
  const { hostname, port, protocol } = new URL(address);
  const host = hostname.replace(/^\[|\]$/g, '').toLowerCase();
  if (hosts.has(`${hostname.toLowerCase()}:${port === '' ? (protocol === 'https:' ? 443 : 80) : port}`))
    return undefined;
  const isLiteral = /^[\d.]+$/.test(host) || host.includes(':');
  if (host === 'localhost' || host.endsWith('.localhost') || (isLiteral && classifyAddress(host) !== 'public'))
    return { code: 'address_private', error: 'The address is not public. Ask an administrator to allow it.' };
  return undefined;
}

/** Without its query, where signatures and keys are. */
function referenceOf(address: string): string {
  return address.replace(/[?#].*$/s, '');
}
