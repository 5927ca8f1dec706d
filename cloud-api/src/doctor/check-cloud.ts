/** Looks at everything that a cloud stands on. Reads and, in the object store, writes one small object of its own; changes nothing else. */
import { randomBytes } from 'node:crypto';
import { statSync } from 'node:fs';
import { statfs } from 'node:fs/promises';
import { AppError } from '@nucleus/shared/failure/app-error';
import { type Kysely, sql } from 'kysely';
import type { Tables } from '../database/tables.ts';
import type { ObjectStore } from '../objects/object-store.ts';

/** One line: what was looked at, how it is, and what to do about it. */
export interface Check {
  result: 'ok' | 'warn' | 'fail';
  name: string;
  says: string;
  remedy?: string;
}

export interface CloudParts {
  /** DATA/cloud. */
  folder: string;
  publicUrl: URL | undefined;
  insecureHttp: boolean;
  isSqlite: boolean;
  openDatabase: () => Promise<{ db: Kysely<Tables>; close: () => Promise<void> }>;
  openObjects: () => Promise<{ store: ObjectStore; close: () => void }>;
  nowMs: number;
}

const gib = 1024 ** 3;
const dayMs = 86_400_000;
const staleJobMs = 60 * 60_000;

/** All checks, also those after one that failed. */
export async function checkCloud(parts: CloudParts): Promise<Check[]> {
  return [
    checkFolder(parts.folder),
    await checkSpace(parts.folder),
    checkAddress(parts.publicUrl, parts.insecureHttp),
    ...(await checkDatabase(parts)),
    await checkObjects(parts.openObjects),
  ];
}

function checkFolder(folder: string): Check {
  const name = 'data folder';
  const mode = statSync(folder).mode & 0o777;
  if ((mode & 0o077) === 0) return { result: 'ok', name, says: `${folder} is private` };
  return {
    result: 'fail',
    name,
    says: `others may read ${folder} (mode ${mode.toString(8)})`,
    remedy: `chmod 700 ${folder}`,
  };
}

async function checkSpace(folder: string): Promise<Check> {
  const name = 'disk space';
  const { bavail, bsize } = await statfs(folder);
  const free = (bavail * bsize) / gib;
  const says = `${free.toFixed(1)} GiB are free`;
  if (free >= 5) return { result: 'ok', name, says };
  const remedy = 'make room: uploads, pictures and the search files need it';
  return { result: free < 1 ? 'fail' : 'warn', name, says, remedy };
}

function checkAddress(publicUrl: URL | undefined, insecureHttp: boolean): Check {
  const name = 'public address';
  if (publicUrl === undefined) {
    return { result: 'ok', name, says: 'the address that it listens on' };
  }
  if (publicUrl.protocol === 'https:' || ['localhost', '127.0.0.1', '[::1]'].includes(publicUrl.hostname))
    return { result: 'ok', name, says: publicUrl.origin };
  return {
    result: insecureHttp ? 'warn' : 'fail',
    name,
    says: `sign-ins at ${publicUrl.origin} cross the network in the clear`,
    remedy: 'put it behind https and set public_url to that',
  };
}

async function checkDatabase(parts: CloudParts): Promise<Check[]> {
  const name = 'database';
  let open: Awaited<ReturnType<CloudParts['openDatabase']>>;
  try {
    open = await parts.openDatabase();
  } catch (error) {
    return [
      { result: 'fail', name, says: sentence(error), remedy: 'check the setting `database` and the server behind it' },
    ];
  }
  const { db, close } = open;
  try {
    const intact = parts.isSqlite ? await checkFile(db) : undefined;
    return [
      intact ?? { result: 'ok', name, says: 'it answers, and its tables are of this version' },
      await checkKeys(db, parts.nowMs),
      await checkJobs(db, parts.nowMs),
      await checkAgents(db, parts.nowMs),
    ];
  } finally {
    await close();
  }
}

async function checkFile(db: Kysely<Tables>): Promise<Check | undefined> {
  const { rows } = await sql<{ quick_check: string }>`pragma quick_check(1)`.execute(db);
  if (rows[0]?.quick_check === 'ok') return undefined;
  return {
    result: 'fail',
    name: 'database',
    says: 'the file is damaged',
    remedy: 'stop the cloud and start it from a backup',
  };
}

async function checkKeys(db: Kysely<Tables>, nowMs: number): Promise<Check> {
  const name = 'keys';
  const keys = await db
    .selectFrom('api_keys')
    .select(['scopes', 'expires_at'])
    .where('revoked_at', 'is', null)
    .execute();
  const living = keys.filter((key) => key.expires_at === null || key.expires_at > nowMs);
  const admins = living.filter((key) => (JSON.parse(key.scopes) as string[]).includes('admin')).length;
  const ending = living.filter((key) => key.expires_at !== null && key.expires_at < nowMs + 14 * dayMs).length;
  if (admins === 0)
    return { result: 'fail', name, says: 'no admin key is alive', remedy: 'nucleus-cloud keys create --scope admin' };
  if (ending > 0)
    return { result: 'warn', name, says: `${ending} keys end within 14 days`, remedy: 'nucleus-cloud keys list' };
  return { result: 'ok', name, says: `${living.length} are alive, ${admins} of them of an admin` };
}

async function checkJobs(db: Kysely<Tables>, nowMs: number): Promise<Check> {
  const name = 'jobs';
  const open = await db.selectFrom('jobs').select(['run_at', 'attempts']).where('ended_at', 'is', null).execute();
  const { failed } = await db
    .selectFrom('jobs')
    .select((select) => select.fn.countAll<number>().as('failed'))
    .where('state', '=', 'errored_server')
    .where('ended_at', '>', nowMs - dayMs)
    .executeTakeFirstOrThrow();
  const stale = open.filter((job) => job.run_at < nowMs - staleJobMs).length;
  if (stale > 0)
    return {
      result: 'fail',
      name,
      says: `${stale} wait for more than an hour`,
      remedy: 'is a process running that does jobs?',
    };
  if (failed > 0)
    return {
      result: 'warn',
      name,
      says: `${failed} failed on the server within a day`,
      remedy: 'its log has the reason',
    };
  return { result: 'ok', name, says: `${open.length} are open` };
}

async function checkAgents(db: Kysely<Tables>, nowMs: number): Promise<Check> {
  const name = 'agents';
  const agents = await db.selectFrom('agents').select(['approved', 'last_heartbeat_at']).execute();
  const silent = agents.filter((agent) => (agent.last_heartbeat_at ?? 0) < nowMs - dayMs).length;
  const waiting = agents.filter((agent) => agent.approved === 0).length;
  if (silent > 0)
    return {
      result: 'warn',
      name,
      says: `${silent} of ${agents.length} were silent for a day`,
      remedy: 'nucleus-agent doctor, there',
    };
  if (waiting > 0)
    return { result: 'warn', name, says: `${waiting} wait for approval`, remedy: 'approve them on the page Agents' };
  return { result: 'ok', name, says: `${agents.length} are registered` };
}

/** Writes a small object, reads it back and removes it. */
async function checkObjects(open: CloudParts['openObjects']): Promise<Check> {
  const name = 'stored pictures';
  try {
    const { store, close } = await open();
    const key = `doctor/${randomBytes(8).toString('hex')}`;
    const sent = randomBytes(64);
    try {
      await store.put(key, one(sent));
      const chunks: Uint8Array[] = [];
      for await (const chunk of await store.get(key)) chunks.push(chunk as Uint8Array);
      if (!Buffer.concat(chunks).equals(sent)) throw new Error('other bytes came back');
      return { result: 'ok', name, says: 'an object was written, read and removed' };
    } finally {
      await store.remove(key);
      close();
    }
  } catch (error) {
    return { result: 'fail', name, says: sentence(error), remedy: 'check the setting `objects` and its keys' };
  }
}

async function* one(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes;
}

function sentence(error: unknown): string {
  return error instanceof AppError ? error.message : 'it cannot be written and read';
}
