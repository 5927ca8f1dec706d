/** Rows of a CSV file as they are read, each with the place where the next one begins. Memory does not grow with the file. */
import { open } from 'node:fs/promises';
import { AppError } from '@nucleus/shared/failure/app-error';
import { CsvError, parse } from 'csv-parse';

export interface CsvRow {
  cells: string[];
  /** The header is row 1; a cell with line breaks is one row, as in spreadsheets. */
  rowNo: number;
  /** Byte at which the next row begins. */
  nextOffset: number;
}

export interface CsvPlace {
  offset: number;
  /** Number of the row that begins there. */
  rowNo: number;
}

const readBytes = 256 * 1024;
const headBytes = 64 * 1024;
/** A row may be this long; a quote that never closes ends here, too. */
const mostRowBytes = 1024 * 1024;

/** The character that the first line is divided by: comma, semicolon or tab, whichever is most frequent outside quotes. */
export async function findDelimiter(path: string): Promise<string> {
  const file = await open(path, 'r');
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(headBytes), 0, headBytes, 0);
    const line =
      buffer
        .toString('utf8', 0, bytesRead)
        .split(/\r?\n/, 1)[0]
        ?.replace(/"[^"]*"/g, '') ?? '';
    const counts = [',', ';', '\t'].map((each) => ({ each, count: line.split(each).length }));
    return counts.reduce((most, next) => (next.count > most.count ? next : most)).each;
  } finally {
    await file.close();
  }
}

/**
 * Rows from `from` on. Empty lines are passed over and counted.
 * @throws AppError `invalid-request` with the row for what cannot be read as CSV, such as a row that does not end
 */
export async function* readRows(path: string, delimiter: string, from: CsvPlace): AsyncGenerator<CsvRow> {
  const file = await open(path, 'r').catch((cause: unknown) => {
    throw new AppError('upload-not-found', 'The uploaded file is gone: upload it again.', { cause });
  });
  const source = file.createReadStream({ start: from.offset, highWaterMark: readBytes });
  const parser = source.pipe(
    parse({
      bom: from.offset === 0,
      delimiter,
      // Said, because what is found out from the first line is then the only one.
      record_delimiter: ['\r\n', '\n'],
      relax_column_count: true,
      relax_quotes: true,
      max_record_size: mostRowBytes,
      info: true,
    }),
  );
  // A pipe does not carry errors on, and one that nobody hears would end the process.
  source.on('error', (error) => parser.destroy(error));
  let rowNo = from.rowNo;
  try {
    for await (const { info, record } of parser as AsyncIterable<{ info: { bytes: number }; record: string[] }>) {
      if (record.length > 1 || record[0] !== '') yield { cells: record, rowNo, nextOffset: from.offset + info.bytes };
      rowNo += 1;
    }
  } catch (error) {
    if (!(error instanceof CsvError)) throw error;
    const why =
      error.code === 'CSV_MAX_RECORD_SIZE'
        ? `is longer than ${mostRowBytes} bytes, or a quote in it does not close`
        : 'cannot be read as CSV';
    throw new AppError('invalid-request', `Row ${rowNo} ${why}.`, { cause: error });
  } finally {
    parser.destroy();
    source.destroy();
  }
}
