import { Command } from 'commander';
import { createTenant } from '../tenants/create-tenant.ts';
import { listTenants } from '../tenants/find-tenant.ts';
import { withDatabase, withDatabaseFlags } from './settings.ts';

interface TenantFlags {
  config?: string;
  data?: string;
  database?: string;
}

/** `tenants create | list`. */
export function tenantsCommand(): Command {
  return new Command('tenants')
    .description('tenants of this cloud')
    .exitOverride()
    .addCommand(
      withDatabaseFlags(new Command('create').argument('<name>').description('add a tenant')).action(
        async (name: string, flags: TenantFlags) => {
          const tenant = await withDatabase(flags, (db) => createTenant(db, 'cli', name, Date.now()));
          process.stdout.write(`${tenant.tenantId}\t${tenant.name}\n`);
        },
      ),
    )
    .addCommand(
      withDatabaseFlags(new Command('list').description('list tenants')).action(async (flags: TenantFlags) => {
        for (const { tenantId, name } of await withDatabase(flags, listTenants))
          process.stdout.write(`${tenantId}\t${name}\n`);
      }),
    );
}
