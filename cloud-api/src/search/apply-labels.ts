/** Brings the label counts of a projection up to the truth: a row for each item, run, kind and class, and one for all of an item. */
import { setImmediate as nextTurn } from 'node:timers/promises';
import { BIGINT, type DuckDBConnection, DuckDBDataChunk, type DuckDBValue, INTEGER } from '@duckdb/node-api';
import { isCategorical, type LabelKind, labelKinds } from '@nucleus/shared/labels/label-kinds';
import type { LabelPosition, TotalsRow, TruthFeed } from './truth-feed.ts';

/** Most rows that one chunk of the engine holds. */
const rowsPerChunk = 2_048;
const rowsPerPage = 5_000;
/** Place of the run of annotations, which no model made. */
const groundTruthPlace = 0;

/** Label counts of a projection and how far they have followed. Places are made here, never from input. */
export interface LabelState {
  changeNo: number;
  /** Runs in the order in which they were made, by id; the annotations are under the empty one. */
  runs: ReadonlyMap<string, number>;
  classes: ReadonlyMap<string, number>;
  taxonomies: ReadonlyMap<string, number>;
}

/** Tables of the labels of an empty projection. */
export async function createLabelTables(writer: DuckDBConnection): Promise<LabelState> {
  await writer.run('create table label_position (change_no bigint)');
  await writer.run('insert into label_position values (0)');
  await writer.run('create table label_words (of varchar not null, word varchar not null, place integer not null)');
  await writer.run(
    'create table label_counts (run integer not null, seq bigint not null, kind integer not null, class integer not null, taxonomy integer, n integer not null)',
  );
  await writer.run('create table label_totals (run integer not null, seq bigint not null, objects integer not null)');
  await writer.run('insert into label_words values (?, ?, ?)', ['run', '', groundTruthPlace]);
  return { changeNo: 0, runs: new Map([['', groundTruthPlace]]), classes: new Map(), taxonomies: new Map() };
}

/** What a projection that was kept holds. */
export async function readLabelState(writer: DuckDBConnection): Promise<LabelState> {
  const position = (await writer.runAndReadAll('select change_no::double from label_position')).getRowsJS();
  const words = (await writer.runAndReadAll('select of, word, place from label_words order by place')).getRowsJS();
  const ofKind = (kind: string) =>
    new Map(words.flatMap(([of, word, place]) => (of === kind ? [[String(word), Number(place)] as const] : [])));
  return {
    changeNo: Number(position[0]?.[0]),
    runs: ofKind('run'),
    classes: ofKind('class'),
    taxonomies: ofKind('taxonomy'),
  };
}

/** Applies what came after `state` by writes up to and including `target`, in one transaction. */
export async function applyLabels(
  writer: DuckDBConnection,
  state: LabelState,
  feed: TruthFeed,
  target: number,
): Promise<LabelState> {
  if (state.changeNo >= target) return state;
  await writer.run('begin');
  try {
    const words = new Words(writer, state);
    for (const { runId, isLive } of await feed.runsAfter(state.changeNo, target)) {
      if (isLive) await words.place('run', runId);
      else await forgetRun(writer, words, runId);
    }
    // One that no label has yet can be asked about as well.
    for (const name of await feed.taxonomies()) await words.place('taxonomy', name);
    await applyTotals(writer, words, state.changeNo, feed, target);
    await writer.run('update label_position set change_no = ?', [target]);
    await writer.run('commit');
    return { changeNo: target, ...words.all() };
  } catch (error) {
    await writer.run('rollback');
    throw error;
  }
}

type WordKind = 'run' | 'class' | 'taxonomy';

/** Places of words; a new one is written when it is first met. */
class Words {
  readonly #writer: DuckDBConnection;
  readonly #places: Record<WordKind, Map<string, number>>;

  constructor(writer: DuckDBConnection, state: LabelState) {
    this.#writer = writer;
    this.#places = {
      run: new Map(state.runs),
      class: new Map(state.classes),
      taxonomy: new Map(state.taxonomies),
    };
  }

  known(kind: WordKind, word: string): number | undefined {
    return this.#places[kind].get(word);
  }

  async place(kind: WordKind, word: string): Promise<number> {
    const places = this.#places[kind];
    const known = places.get(word);
    if (known !== undefined) return known;
    const place = Math.max(-1, ...places.values()) + 1;
    await this.#writer.run('insert into label_words values (?, ?, ?)', [kind, word, place]);
    places.set(word, place);
    return place;
  }

  async forget(kind: WordKind, word: string): Promise<void> {
    await this.#writer.run('delete from label_words where of = ? and word = ?', [kind, word]);
    this.#places[kind].delete(word);
  }

  all(): Omit<LabelState, 'changeNo'> {
    return { runs: this.#places.run, classes: this.#places.class, taxonomies: this.#places.taxonomy };
  }
}

async function forgetRun(writer: DuckDBConnection, words: Words, runId: string): Promise<void> {
  const place = words.known('run', runId);
  if (place === undefined) return;
  for (const table of ['label_counts', 'label_totals']) {
    await writer.run(`delete from ${table} where run = ?`, [place]);
  }
  await words.forget('run', runId);
}

async function applyTotals(
  writer: DuckDBConnection,
  words: Words,
  from: number,
  feed: TruthFeed,
  target: number,
): Promise<void> {
  // past every row of the writes that are applied: no id of a run sorts behind it
  let after: LabelPosition = { changeNo: from, runId: '\u{10ffff}', seq: 0 };
  for (;;) {
    const rows = await feed.labelsAfter(after, target, rowsPerPage);
    await nextTurn();
    await writePage(writer, words, rows, from === 0);
    const last = rows.at(-1);
    if (last === undefined || rows.length < rowsPerPage) return;
    after = last;
  }
}

type Cells = DuckDBValue[][];

async function writePage(
  writer: DuckDBConnection,
  words: Words,
  rows: readonly TotalsRow[],
  isFirst: boolean,
): Promise<void> {
  const touched: Cells = [[], []];
  const counts: Cells = [[], [], [], [], [], []];
  const sums: Cells = [[], [], []];
  for (const { runId, seq, totals } of rows) {
    // labels of a run that is gone: their rows are on their way out
    const run = words.known('run', runId);
    if (run === undefined) continue;
    push(touched, [run, BigInt(seq)]);
    let objects = 0;
    for (const [kind, label, taxonomy, count] of totals) {
      const place = await words.place('class', label);
      const taxonomyPlace = taxonomy === null ? null : await words.place('taxonomy', taxonomy);
      push(counts, [run, BigInt(seq), labelKinds.indexOf(kind as LabelKind), place, taxonomyPlace, count]);
      if (!isCategorical(kind as LabelKind)) objects += count;
    }
    if (objects > 0) push(sums, [run, BigInt(seq), objects]);
  }
  if (!isFirst) await removeTouched(writer, touched);
  append(await writer.createAppender('label_counts'), counts, [INTEGER, BIGINT, INTEGER, INTEGER, INTEGER, INTEGER]);
  append(await writer.createAppender('label_totals'), sums, [INTEGER, BIGINT, INTEGER]);
}

function push(cells: Cells, row: DuckDBValue[]): void {
  for (const [column, value] of row.entries()) cells[column]?.push(value);
}

/** An item's counts come whole: those before are in the way. */
async function removeTouched(writer: DuckDBConnection, touched: Cells): Promise<void> {
  if (touched[0]?.length === 0) return;
  await writer.run('create or replace temp table touched_labels (run integer, seq bigint)');
  append(await writer.createAppender('touched_labels'), touched, [INTEGER, BIGINT]);
  for (const table of ['label_counts', 'label_totals']) {
    await writer.run(`delete from ${table} using touched_labels t where ${table}.run = t.run and ${table}.seq = t.seq`);
  }
}

function append(
  appender: Awaited<ReturnType<DuckDBConnection['createAppender']>>,
  cells: Cells,
  types: Parameters<typeof DuckDBDataChunk.create>[0],
): void {
  const length = cells[0]?.length ?? 0;
  for (let start = 0; start < length; start += rowsPerChunk) {
    const size = Math.min(rowsPerChunk, length - start);
    const chunk = DuckDBDataChunk.create(types, size);
    for (const [column, values] of cells.entries()) chunk.setColumnValues(column, values.slice(start, start + size));
    appender.appendDataChunk(chunk);
  }
  appender.closeSync();
}
