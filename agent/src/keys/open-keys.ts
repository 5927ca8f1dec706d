import { randomBytes } from 'node:crypto';
import { closeSync, fsyncSync, lstatSync, mkdirSync, openSync, readFileSync, renameSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { AppError } from '@nucleus/shared/failure/app-error';
import { AgentId, idRandomBytes, makeId } from '@nucleus/shared/ids/ids';
import { z } from 'zod';

/** Who this agent is, and the keys that never leave its host. */
export interface Keys {
  agentId: string;
  /** Key of pseudonyms and of ids of long paths. 32 bytes, as all of them. */
  names: Buffer;
  /** Key of content hashes. */
  content: Buffer;
  /** Key of media links. */
  media: Buffer;
}

const keyBytes = 32;
const Identity = z.strictObject({ agent_id: AgentId });

/**
 * Opens the keys below the agent's data directory, making those that are not there yet.
 * @throws AppError `state-unreadable` when a file cannot be read or made, is not a key, or can be read by others.
 */
export function openKeys(dataDir: string): Keys {
  const folder = join(dataDir, 'keys');
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    return {
      agentId: openIdentity(join(dataDir, 'identity.json')),
      names: openKey(join(folder, 'names.key')),
      content: openKey(join(folder, 'content.key')),
      media: openKey(join(folder, 'media.key')),
    };
  } catch (error) {
    if (error instanceof AppError) throw error;
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown reason';
    throw new AppError('state-unreadable', `The keys in ${folder} cannot be opened: ${code}.`, { cause: error });
  }
}

function openKey(file: string): Buffer {
  const key = readSecret(file) ?? writeSecret(file, randomBytes(keyBytes));
  if (key.length !== keyBytes) {
    throw new AppError('state-unreadable', `${file} is not a key of ${keyBytes} bytes; restore it from a backup.`);
  }
  return key;
}

function openIdentity(file: string): string {
  const text = readSecret(file)?.toString('utf8');
  if (text !== undefined) {
    const parsed = Identity.safeParse(parseJson(text));
    if (!parsed.success)
      throw new AppError('state-unreadable', `${file} is not an agent's identity; restore it from a backup.`);
    return parsed.data.agent_id;
  }
  const agentId = makeId('agent', randomBytes(idRandomBytes));
  writeSecret(file, Buffer.from(`${JSON.stringify({ agent_id: agentId })}\n`));
  return agentId;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Content of a file that only its owner may read; undefined when there is none. @throws AppError `state-unreadable` when others can read it. */
export function readSecret(file: string): Buffer | undefined {
  const stat = lstatSync(file, { throwIfNoEntry: false });
  if (!stat) return undefined;
  if ((stat.mode & 0o077) !== 0) {
    throw new AppError('state-unreadable', `${file} can be read by others; run chmod 600 on it.`);
  }
  return readFileSync(file);
}

/** Whole or not at all: a crash leaves no half key behind. */
export function writeSecret(file: string, content: Buffer): Buffer {
  const unfinished = `${file}.new`;
  const descriptor = openSync(unfinished, 'w', 0o600);
  try {
    writeSync(descriptor, content);
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
  renameSync(unfinished, file);
  return content;
}
