import { AppError } from '@nucleus/shared/failure/app-error';
import { type KeyScope, keyScopes } from '@nucleus/shared/wire/endpoint';
import { Command, Option } from 'commander';
import { z } from 'zod';
import type { Database } from '../database/open-database.ts';
import { createKey } from '../keys/create-key.ts';
import { listKeys } from '../keys/list-keys.ts';
import { revokeKey } from '../keys/revoke-key.ts';
import type { StoredKey } from '../keys/stored-key.ts';
import { firstTenant } from '../serve/first-start.ts';
import { getTenantByName } from '../tenants/find-tenant.ts';
import type { Tenant } from '../tenants/tenant.ts';
import { findTestWorld } from '../tenants/test-world.ts';
import { withDatabase, withDatabaseFlags } from './settings.ts';

interface KeyFlags {
  config?: string;
  data?: string;
  database?: string;
  tenant: string;
}

interface CreateFlags extends KeyFlags {
  scope?: string;
  scopes?: string;
  label: string;
  datasets?: string;
  addresses?: string;
  days?: string;
  test?: boolean;
  limited?: boolean;
}

const dayMs = 86_400_000;

/** `keys create | list | revoke`. */
export function keysCommand(): Command {
  return new Command('keys')
    .description('API keys of a tenant')
    .exitOverride()
    .addCommand(createCommand())
    .addCommand(listCommand())
    .addCommand(revokeCommand());
}

const withTenant = (command: Command): Command =>
  withDatabaseFlags(command).option('--tenant <name>', 'whose keys', firstTenant);

function createCommand(): Command {
  return withTenant(new Command('create').description('make a key and print it, this once'))
    .option('--scope <list>', `comma list of ${keyScopes.join(', ')}; without it, read`)
    .addOption(new Option('--scopes <list>').hideHelp())
    .option('--label <text>', 'what it is for', '')
    .option('--datasets <list>', 'comma list of ds_…, the only datasets that it reaches')
    .option('--addresses <list>', 'comma list of addresses or ranges, the only ones from which it works')
    .option('--days <n>', 'days until it expires')
    .option('--test', 'a test_ key: it opens the tenant’s test world, apart from everything live and never billed')
    .option('--limited', 'a limited access key, sent by x-limited-access-key')
    .action(async (flags: CreateFlags) => {
      const nowMs = Date.now();
      const scopes = readScopes(flags.scope ?? flags.scopes ?? 'read');
      const expiresAt = flags.days === undefined ? null : nowMs + readDays(flags.days) * dayMs;
      const { secret, keyId } = await withDatabase(flags, async (db) => {
        const { tenantId } = await getTenantByName(db, flags.tenant);
        return createKey(
          db,
          { tenantId, actor: 'cli', nowMs },
          {
            label: flags.label,
            scopes,
            expiresAt,
            datasetIds: readList(flags.datasets),
            addresses: readList(flags.addresses),
            kind: flags.limited === true ? 'limited' : 'standard',
            mode: flags.test === true ? 'test' : 'live',
          },
        );
      });
      process.stderr.write(`Key ${keyId} may ${scopes.join(', ')}. It is shown once:\n`);
      process.stdout.write(`${secret}\n`);
    });
}

function listCommand(): Command {
  return withTenant(new Command('list').description('list keys, without their secrets')).action(
    async (flags: KeyFlags) => {
      const keys = await withDatabase(flags, async (db) => {
        const worlds = await worldsOf(db, flags.tenant);
        return (await Promise.all(worlds.map(({ tenantId }) => listKeys(db, tenantId)))).flat();
      });
      for (const key of keys) {
        const state =
          key.revokedAt !== null
            ? 'revoked'
            : key.expiresAt !== null && key.expiresAt <= Date.now()
              ? 'expired'
              : 'active';
        const used = key.lastUsedAt === null ? 'never used' : `used ${new Date(key.lastUsedAt).toISOString()}`;
        const columns = [key.keyId, state, key.kind, key.scopes.join(','), boundsOf(key), used, key.label];
        process.stdout.write(`${columns.join('\t')}\n`);
      }
    },
  );
}

function revokeCommand(): Command {
  return withTenant(new Command('revoke').argument('<id>', 'key_…').description('end a key at once')).action(
    async (keyId: string, flags: KeyFlags) => {
      await withDatabase(flags, async (db) => {
        const worlds = await worldsOf(db, flags.tenant);
        const held = await Promise.all(worlds.map(({ tenantId }) => listKeys(db, tenantId)));
        const at = held.findIndex((keys) => keys.some((key) => key.keyId === keyId));
        const { tenantId } = worlds[Math.max(at, 0)] as Tenant;
        await revokeKey(db, { tenantId, actor: 'cli', nowMs: Date.now() }, keyId);
      });
      process.stdout.write(`Key ${keyId} is revoked.\n`);
    },
  );
}

/** A tenant and, if it has one, its test world. */
async function worldsOf(db: Database, name: string): Promise<Tenant[]> {
  const tenant = await getTenantByName(db, name);
  const test = await findTestWorld(db, tenant);
  return test === undefined ? [tenant] : [tenant, test];
}

/** What a key is bound to, in one column. */
function boundsOf(key: StoredKey): string {
  const until = key.expiresAt === null ? [] : [`until ${new Date(key.expiresAt).toISOString()}`];
  return [...(key.datasetIds ?? []), ...(key.addresses ?? []), ...until].join(',') || 'unbound';
}

function readList(text: string | undefined): string[] | null {
  if (text === undefined) return null;
  return text.split(',').map((each) => each.trim());
}

function readScopes(list: string): KeyScope[] {
  const parsed = z
    .array(z.enum(keyScopes))
    .min(1)
    .safeParse(list.split(',').map((scope) => scope.trim()));
  if (!parsed.success) throw new AppError('usage', `--scope takes a comma list of ${keyScopes.join(', ')}.`);
  return parsed.data;
}

function readDays(text: string): number {
  if (!/^[1-9]\d{0,4}$/.test(text)) throw new AppError('usage', '--days takes a whole number of days from 1.');
  return Number(text);
}
