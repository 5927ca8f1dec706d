/** Brings the autotags of a projection and their scores up to the truth: a training replaces all scores of its autotag. */
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { DuckDBConnection } from '@duckdb/node-api';
import type { FedAutotag, TruthFeed } from './truth-feed.ts';

const rowsPerPage = 5_000;

/** Autotags of a projection and how far they have followed. */
export interface AutotagState {
  changeNo: number;
  /** Places by name, oldest first; made here, never from input. */
  places: ReadonlyMap<string, number>;
  /** Whose scores are here, by id. */
  generations: ReadonlyMap<string, number>;
}

/** Tables of the autotags of an empty projection. */
export async function createAutotagTables(writer: DuckDBConnection): Promise<AutotagState> {
  await writer.run('create table autotag_position (change_no bigint)');
  await writer.run('insert into autotag_position values (0)');
  await writer.run(
    'create table autotags (place integer not null, autotag_id varchar not null, name varchar not null, generation bigint not null)',
  );
  await writer.run(
    'create table autotag_scores (autotag integer not null, seq bigint not null, score double not null)',
  );
  return { changeNo: 0, places: new Map(), generations: new Map() };
}

/** What a projection that was kept holds. */
export async function readAutotagState(writer: DuckDBConnection): Promise<AutotagState> {
  const position = (await writer.runAndReadAll('select change_no::double from autotag_position')).getRowsJS();
  const found = await writer.runAndReadAll(
    'select name, place, autotag_id, generation::double from autotags order by place',
  );
  const rows = found.getRowsJS();
  return {
    changeNo: Number(position[0]?.[0]),
    places: new Map(rows.map(([name, place]) => [String(name), Number(place)])),
    generations: new Map(rows.map(([, , id, generation]) => [String(id), Number(generation)])),
  };
}

/** Applies what came after `state` by writes up to and including `target`, in one transaction. */
export async function applyAutotags(
  writer: DuckDBConnection,
  state: AutotagState,
  feed: TruthFeed,
  target: number,
): Promise<AutotagState> {
  if (state.changeNo >= target) return state;
  // Most writes are about something else; what is not written down is looked at again by the next process.
  if (isSame(await feed.autotags(), state)) return { ...state, changeNo: target };
  await writer.run('begin');
  try {
    await applyAll(writer, feed);
    await writer.run('update autotag_position set change_no = ?', [target]);
    const applied = await readAutotagState(writer);
    await writer.run('commit');
    return applied;
  } catch (error) {
    await writer.run('rollback');
    throw error;
  }
}

function isSame(living: readonly FedAutotag[], { generations }: AutotagState): boolean {
  return (
    living.length === generations.size &&
    living.every(({ autotagId, generation }) => generations.get(autotagId) === generation)
  );
}

/** Scores are read anew until no training has ended meanwhile: the scores of earlier ones are on their way out. */
async function applyAll(writer: DuckDBConnection, feed: TruthFeed): Promise<void> {
  for (;;) {
    const living = await feed.autotags();
    const known = await writer.runAndReadAll('select autotag_id, place, generation::double from autotags');
    const places = new Map(
      known.getRowsJS().map(([id, place, generation]) => [String(id), { place: Number(place), generation }]),
    );
    for (const [autotagId, { place }] of places) {
      if (living.some((autotag) => autotag.autotagId === autotagId)) continue;
      await writer.run('delete from autotags where place = ?', [place]);
      await writer.run('delete from autotag_scores where autotag = ?', [place]);
    }
    const stale = living.filter(({ autotagId, generation }) => places.get(autotagId)?.generation !== generation);
    if (stale.length === 0) return;
    for (const autotag of stale) {
      const place = places.get(autotag.autotagId)?.place ?? (await addAutotag(writer, autotag));
      await writer.run('update autotags set generation = ? where place = ?', [autotag.generation, place]);
      await readScores(writer, feed, place, autotag);
    }
  }
}

async function addAutotag(writer: DuckDBConnection, { autotagId, name, generation }: FedAutotag): Promise<number> {
  const next = await writer.runAndReadAll('select coalesce(max(place) + 1, 0)::double from autotags');
  const place = Number(next.getRowsJS()[0]?.[0]);
  await writer.run('insert into autotags values (?, ?, ?, ?)', [place, autotagId, name, generation]);
  return place;
}

async function readScores(
  writer: DuckDBConnection,
  feed: TruthFeed,
  place: number,
  autotag: FedAutotag,
): Promise<void> {
  await writer.run('delete from autotag_scores where autotag = ?', [place]);
  for (let afterSeq = -1; ; ) {
    const rows = await feed.scoresAfter(autotag, afterSeq, rowsPerPage);
    await nextTurn();
    const appender = await writer.createAppender('autotag_scores');
    for (const { seq, score } of rows) {
      appender.appendInteger(place);
      appender.appendBigInt(BigInt(seq));
      appender.appendDouble(score);
      appender.endRow();
    }
    appender.closeSync();
    const last = rows.at(-1);
    if (last === undefined || rows.length < rowsPerPage) return;
    afterSeq = last.seq;
  }
}
