/** Small stages behind the agent's composition root: every `.jpg` of a folder is a picture of 640 x 480. For tests of everything around them. */
import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { AppError } from '@nucleus/shared/failure/app-error';
import type { AgentParts, ScanCounts } from '../../agent/src/agent-parts.ts';
import { namesPolicy } from '../../agent/src/config.ts';
import { buildRecord, recordDigest } from '../../agent/src/record/build-record.ts';
import type { Facts } from '../../agent/src/record/facts.ts';

const facts: Facts = {
  width: 640,
  height: 480,
  phash: '01'.repeat(32),
  fields: { format: 'jpeg', media_kind: 'image', status: 'ok' },
};
const hashOf = (file: string): Buffer => createHash('sha256').update(readFileSync(file)).digest();

export const smallStages: AgentParts = {
  openKeys(dataDir) {
    const file = join(dataDir, 'identity.json');
    mkdirSync(dataDir, { recursive: true });
    if (!statSync(file, { throwIfNoEntry: false }))
      writeFileSync(file, JSON.stringify({ agent_id: `agt_${'b'.repeat(20)}` }));
    const key = Buffer.alloc(32, 7);
    return {
      ...(JSON.parse(readFileSync(file, 'utf8')) as { agent_id: string }),
      agentId: `agt_${'b'.repeat(20)}`,
      names: key,
      content: key,
      media: key,
    };
  },
  openPool: () => ({ started: async () => undefined, close: async () => undefined }),
  describeFile: async (_, source, path) => ({ contentHash: hashOf(join(source.folder, path.toString())), facts }),
  startPipeline({ state, sources, policyOf, onProgress }) {
    const declare = state.prepare(
      `insert or ignore into sources (alias, folder, dataset_name, level, names, fields_off, state) values (?, ?, ?, ?, ?, '[]', 'live')`,
    );
    for (const source of sources)
      declare.run(source.alias, source.folder, source.dataset, source.level, namesPolicy(source));
    const insert = state.prepare(
      `insert or ignore into items (item_key, source_no, reference_id, presence, status, path, dev, ino, byte_size, mtime_ms, ctime_ms,
         content_hash, revision, facts, ingest_day, digest)
       values (randomblob(16), @no, @name, 'live', 'catalogued', cast(@name as blob), 1, 1, @size, 0, 0, @hash, 1, @facts, '2026-11-23', @digest)`,
    );
    const owe = state.prepare(
      `insert or ignore into outbox (source_no, reference_id, item_key, revision, op)
       select source_no, reference_id, item_key, revision, 'put' from items where acked_revision < revision`,
    );
    return {
      async scanOnce() {
        const counts: Record<string, ScanCounts> = {};
        for (const { alias, folder } of sources) {
          const no = state.prepare('select source_no from sources where alias = ?').pluck().get(alias);
          const names = readdirSync(folder);
          const pictures = names.filter((name) => name.endsWith('.jpg'));
          for (const name of pictures) {
            const file = join(folder, name);
            const seen = { bytes: statSync(file).size, contentHash: hashOf(file), ingestDay: '2026-11-23', facts };
            const digest = recordDigest(
              buildRecord({ referenceId: name, path: Buffer.from(name), ...seen }, policyOf(alias)),
            );
            insert.run({ no, name, size: seen.bytes, hash: seen.contentHash, facts: JSON.stringify(facts), digest });
          }
          const excluded = names.length - pictures.length;
          state
            .prepare('update sources set on_disk = ?, excluded = ? where source_no = ?')
            .run(names.length, excluded, no);
          counts[alias] = {
            on_disk: names.length,
            catalogued: pictures.length,
            excluded,
            exceptions: 0,
            not_regular: 0,
            held_deletions: 0,
            suspended: false,
            reason: 'none' as const,
          };
          onProgress({ found: pictures.length, described: pictures.length });
        }
        owe.run();
        return counts;
      },
      async watch() {
        await this.scanOnce();
      },
      recheck: async () => undefined,
      retry: async () => 0,
      close: async () => undefined,
    };
  },
  async startProxy({ config, publicUrl }) {
    const server = createServer((_, response) => response.end());
    const [host, port] = config.listen.split(':');
    await new Promise<void>((resolve, reject) => {
      server.once('error', (cause) =>
        reject(
          new AppError('port-in-use', `${config.listen} is in use; name another address with --listen.`, { cause }),
        ),
      );
      server.listen(Number(port), host, resolve);
    });
    return {
      url: publicUrl,
      listSessions: () => [],
      sessions: { revoke: () => false },
      revokeAll: () => undefined,
      mintViewerCode: () => 'code-of-sixteen-or-more',
      mintLink: ({ referenceId, variant }) => ({ url: `${publicUrl}/m/${referenceId}/${variant}`, expiresAt: 1 }),
      close: async () => void server.close(),
    };
  },
  confirmDeletions: () => 0,
  makeSamples: async (folder) => mkdirSync(folder, { recursive: true }) as unknown as undefined,
};
