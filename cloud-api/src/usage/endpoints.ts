import { usageEndpoints } from '@nucleus/shared/wire/usage';
import type { Database } from '../database/open-database.ts';
import { type Mount, mountDownload, mountEndpoint } from '../http/mount-endpoint.ts';
import { downloadUsage, listUsage } from './read-usage.ts';

/** Mounts the ledger that bills are made from. */
export function mountUsage(mount: Mount, db: Database): void {
  mountEndpoint(mount, usageEndpoints.listUsage, ({ tenantId }, { query: { after, limit, ...span } }) =>
    listUsage(db, tenantId, span, { after, limit }),
  );
  mountDownload(mount, usageEndpoints.downloadUsage, async ({ tenantId }, { query }) =>
    downloadUsage(db, tenantId, query),
  );
}
