/** Credentials come in tested or not at all, stay sealed, and are opened for a fetch alone. */
import { AppError } from '@nucleus/shared/failure/app-error';
import type { IntegrationView, NewIntegration } from '@nucleus/shared/wire/integrations';
import type { Kysely } from 'kysely';
import type { Verdict } from '../attachments/fetch/probe-store.ts';
import type { StoreAccess } from '../attachments/fetch/store-access.ts';
import type { Acting } from '../audit/acting.ts';
import { writeAudit } from '../audit/write-audit.ts';
import type { IntegrationsTable } from '../database/intake-tables.ts';
import type { Database } from '../database/open-database.ts';
import type { Tables } from '../database/tables.ts';
import { newId } from '../ids/new-id.ts';
import {
  findIntegrationFor,
  findIntegrationRow,
  insertIntegration,
  listIntegrationRows,
  removeIntegrationRow,
  setCheck,
} from './queries.ts';
import { type AllowedStores, accessOf, keyOf, splitIntegration, viewOf } from './rules.ts';
import type { SecretBox } from './seal-secret.ts';

export interface IntegrationParts {
  db: Kysely<Tables>;
  box: SecretBox;
  allowed: AllowedStores;
}

/** Tries credentials at their store. */
export type Probe = (access: StoreAccess, key: string | undefined) => Promise<Verdict>;

const boundTo = ({ tenant_id, id }: Pick<IntegrationsTable, 'tenant_id' | 'id'>): string => `${tenant_id}/${id}`;

/**
 * Tests new credentials and keeps them when they may work.
 * @throws AppError `integration-refused` with what the store said, `conflict` when the place has an integration
 */
export async function createIntegration(
  { db, box, allowed }: IntegrationParts,
  acting: Acting,
  given: NewIntegration,
  probe: Probe,
): Promise<IntegrationView> {
  const { place, settings, secret } = splitIntegration(given, allowed);
  const row: IntegrationsTable = {
    tenant_id: acting.tenantId,
    id: newId('integration'),
    kind: given.kind,
    name: given.name,
    place,
    settings: JSON.stringify(settings),
    sealed: '',
    created_at: acting.nowMs,
    checked_at: acting.nowMs,
    check_code: '',
    check_message: '',
  };
  const secretText = JSON.stringify(secret);
  const key = given.test_address === undefined ? undefined : keyOf(row, given.test_address);
  const verdict = await probe(accessOf(row, secretText, allowed), key);
  if (verdict.code !== 'ok' && verdict.code !== 'not-verified') {
    throw new AppError('integration-refused', `Nothing was kept. ${verdict.message}`);
  }
  Object.assign(row, { sealed: box.seal(secretText, boundTo(row)), ...checkColumns(verdict, acting.nowMs) });
  await db.transaction().execute(async (tx) => {
    if (!(await insertIntegration(tx, row)))
      throw new AppError('conflict', 'There is an integration for this place: delete it first.');
    await writeAudit(tx, acting, { action: 'integration.create', targetId: row.id, amount: 1 });
  });
  return viewOf(row);
}

/** @throws AppError `integration-not-found`, `integration-refused` when the credentials cannot be opened */
export async function testIntegration(
  { db, box, allowed }: IntegrationParts,
  acting: Acting,
  id: string,
  testAddress: string | undefined,
  probe: Probe,
): Promise<IntegrationView> {
  const row = await findIntegrationRow(db, acting.tenantId, id);
  if (row === undefined) throw notFound();
  const key = testAddress === undefined ? undefined : keyOf(row, testAddress);
  const verdict = await probe(accessOf(row, box.open(row.sealed, boundTo(row)), allowed), key);
  const check = checkColumns(verdict, acting.nowMs);
  await setCheck(db, acting.tenantId, id, check);
  return viewOf({ ...row, ...check });
}

export async function listIntegrations(db: Database, tenantId: string): Promise<IntegrationView[]> {
  return (await listIntegrationRows(db, tenantId)).map(viewOf);
}

/** @throws AppError `integration-not-found` */
export async function deleteIntegration(db: Kysely<Tables>, acting: Acting, id: string): Promise<void> {
  await db.transaction().execute(async (tx) => {
    if (!(await removeIntegrationRow(tx, acting.tenantId, id))) throw notFound();
    await writeAudit(tx, acting, { action: 'integration.delete', targetId: id, amount: 1 });
  });
}

/** What opens one of `places` for a tenant; undefined when it has no integration there. @throws AppError `integration-refused` */
export async function findAccess(
  { db, box, allowed }: IntegrationParts,
  tenantId: string,
  kind: StoreAccess['kind'],
  places: readonly string[],
): Promise<StoreAccess | undefined> {
  const row = await findIntegrationFor(db, tenantId, kind, places);
  return row === undefined ? undefined : accessOf(row, box.open(row.sealed, boundTo(row)), allowed);
}

function checkColumns({ code, message }: Verdict, nowMs: number) {
  return { checked_at: nowMs, check_code: code, check_message: message };
}

function notFound(): AppError {
  return new AppError('integration-not-found', 'There is no such integration.');
}
