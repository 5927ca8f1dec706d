import { randomBytes } from 'node:crypto';
import { AppError } from '@nucleus/shared/failure/app-error';
import type { KeyScope } from '@nucleus/shared/wire/endpoint';
import type { Kysely } from 'kysely';
import { writeAudit } from '../audit/write-audit.ts';
import type { Tables } from '../database/tables.ts';
import { findKey } from '../keys/find-key.ts';
import { secretHash } from '../keys/rules.ts';
import { deleteExpired, insertCode, insertSession, type Session, takeCode } from './queries.ts';

const codeLifeMs = 10 * 60_000;
const sessionLifeMs = 12 * 60 * 60_000;

/** What the caller of `POST /v1/session` shows: a one-time code from a link, or an API key. */
export type Proof = { code: string } | { key: string };

/** A one-time code of 128 bit: one use within ten minutes, stored as its hash. */
export async function createSignInCode(db: Kysely<Tables>, tenantId: string, nowMs: number): Promise<string> {
  const code = randomBytes(16).toString('base64url');
  await deleteExpired(db, nowMs);
  await insertCode(db, { tenantId, hash: secretHash(code), createdAt: nowMs, expiresAt: nowMs + codeLifeMs });
  return code;
}

/**
 * Opens a dashboard session of twelve hours and answers the secret for its cookie.
 * @throws AppError `unauthenticated` for a code that was used or has expired and for a key that is unknown or has ended.
 */
export async function openSession(
  db: Kysely<Tables>,
  proof: Proof,
  nowMs: number,
  address: string | undefined,
): Promise<{ session: Session; secret: string }> {
  const secret = randomBytes(32).toString('base64url');
  return db.transaction().execute(async (tx) => {
    const owner =
      'code' in proof ? await ownerOfCode(tx, proof.code, nowMs) : await ownerOfKey(tx, proof.key, nowMs, address);
    const session = { tenantId: owner.tenantId, scopes: owner.scopes, expiresAt: nowMs + sessionLifeMs };
    await insertSession(tx, { ...session, hash: secretHash(secret), keyId: owner.keyId, createdAt: nowMs });
    await writeAudit(
      tx,
      { tenantId: owner.tenantId, actor: owner.keyId ?? 'code', nowMs },
      { action: 'session.open', targetId: owner.keyId },
    );
    return { session, secret };
  });
}

interface Owner {
  tenantId: string;
  scopes: KeyScope[];
  keyId: string | null;
}

async function ownerOfCode(tx: Kysely<Tables>, code: string, nowMs: number): Promise<Owner> {
  const tenantId = await takeCode(tx, secretHash(code), nowMs);
  if (tenantId === undefined) {
    throw new AppError('unauthenticated', 'This sign-in link was used or has expired: ask for a new one.');
  }
  return { tenantId, scopes: ['admin'], keyId: null };
}

async function ownerOfKey(
  tx: Kysely<Tables>,
  secret: string,
  nowMs: number,
  address: string | undefined,
): Promise<Owner> {
  const key = await findKey(tx, secret, 'standard', nowMs, address);
  if (key === undefined) throw new AppError('unauthenticated', 'This API key is not known or has ended.');
  // A session would outgrow what the key is bound to.
  if (key.datasetIds !== null || key.addresses !== null)
    throw new AppError('forbidden', 'This key is bound to datasets or addresses: it cannot sign in.');
  return { tenantId: key.tenantId, scopes: key.scopes, keyId: key.keyId };
}
