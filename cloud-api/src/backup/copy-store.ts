/**
 * A copy of everything that a cloud keeps on this machine, taken while it runs. The copy is a data folder: `serve --data COPY` is the cloud as it
 * was. It has an epoch of its own, so that agents which knew the original notice and send what the copy lacks.
 */
import { randomBytes } from 'node:crypto';
import { chmodSync, constants, existsSync } from 'node:fs';
import { copyFile, mkdir, readdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { AppError } from '@nucleus/shared/failure/app-error';
import { type Kysely, sql } from 'kysely';
import { openDatabase } from '../database/open-database.ts';
import type { Tables } from '../database/tables.ts';

export interface StoreCopy {
  /** Rows of `items`, whatever their state. */
  items: number;
  objectFiles: number;
  /** False when pictures are in a bucket, which has copies of its own. */
  hasObjects: boolean;
}

/**
 * Copies the database at one moment, then the files, of which none that a row names is ever changed.
 * @param folder DATA/cloud of the running cloud
 * @param to a folder that is not there yet
 * @throws AppError `usage` when it is, `state-unreadable` when the copy does not hold together; nothing is left at `to` then
 */
export async function copyStore(
  db: Kysely<Tables>,
  folder: string,
  to: string,
  options: { hasObjects: boolean },
): Promise<StoreCopy> {
  if (existsSync(to)) throw new AppError('usage', `${to} is there already: name a folder that is not.`);
  // Under another name until it is whole: a copy that was cut off must not be taken for one.
  const part = `${to}.part`;
  await rm(part, { recursive: true, force: true });
  const inside = join(part, 'cloud');
  await mkdir(inside, { recursive: true, mode: 0o700 });
  chmodSync(part, 0o700);
  try {
    const file = join(inside, 'cloud.db');
    await sql`vacuum into ${file}`.execute(db);
    chmodSync(file, 0o600);
    const items = await settleCopy(file);
    const folders = options.hasObjects ? ['uploads', 'objects'] : ['uploads'];
    let objectFiles = 0;
    for (const name of folders) {
      const copied = await copyTree(join(folder, name), join(inside, name));
      if (name === 'objects') objectFiles = copied;
    }
    if (existsSync(join(folder, 'secrets.key')))
      await copyPrivate(join(folder, 'secrets.key'), join(inside, 'secrets.key'));
    await rename(part, to);
    return { items, objectFiles, hasObjects: options.hasObjects };
  } catch (cause) {
    await rm(part, { recursive: true, force: true });
    if (cause instanceof AppError) throw cause;
    throw new AppError('state-unreadable', `The copy at ${to} could not be written whole.`, { cause });
  }
}

/** Gives the copied database an epoch of its own, and reads all of it. */
async function settleCopy(file: string): Promise<number> {
  const { db, close } = await openDatabase(`sqlite:${file}`, () => undefined);
  try {
    await db
      .updateTable('store_meta')
      .set({ value: randomBytes(16).toString('hex') })
      .where('name', '=', 'store_epoch')
      .execute();
    const { rows } = await sql<{ integrity_check: string }>`pragma integrity_check`.execute(db);
    if (rows[0]?.integrity_check !== 'ok')
      throw new AppError('state-unreadable', 'The database is damaged: its copy does not pass the integrity check.');
    const { items } = await db
      .selectFrom('items')
      .select((select) => select.fn.countAll<number>().as('items'))
      .executeTakeFirstOrThrow();
    return items;
  } finally {
    await close();
  }
}

/** Copies a tree of private files, without what is half-written; shares their blocks where the file system can. Answers how many. */
async function copyTree(from: string, to: string): Promise<number> {
  const entries = await readdir(from, { withFileTypes: true }).catch(() => []);
  await mkdir(to, { recursive: true, mode: 0o700 });
  let copied = 0;
  for (const entry of entries.filter(({ name }) => !name.startsWith('.'))) {
    const [source, target] = [join(from, entry.name), join(to, entry.name)];
    if (entry.isDirectory()) copied += await copyTree(source, target);
    else if (entry.isFile() && (await copyPrivate(source, target))) copied += 1;
  }
  return copied;
}

/** Answers whether it was still there to copy: results and uploads of ended jobs go while a copy is made. */
async function copyPrivate(from: string, to: string): Promise<boolean> {
  try {
    await copyFile(from, to, constants.COPYFILE_FICLONE);
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return false;
    throw error;
  }
  chmodSync(to, 0o600);
  return true;
}
