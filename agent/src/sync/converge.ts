/**
 * Anti-entropy: compares what the cloud holds with what it was told, by digests of prefixes, goes down only where they differ, and makes
 * owed what differs. Afterwards cloud = f(disk) minus what users removed, whatever happened to either side.
 */
import { agentEndpoints } from '@nucleus/shared/wire/agents';
import type { ReplyOf } from '@nucleus/shared/wire/endpoint';
import type { Outbox } from '../state/outbox.ts';
import type { ToldItems } from '../state/told-items.ts';
import type { CloudGate } from './cloud-gate.ts';
import { judgeReply } from './judge-reply.ts';
import { collectDigests, type ManifestDigests, manifestKey } from './manifest-digests.ts';

/** Requests on their way at once; more would only queue at the ledger. */
const leavesAtOnce = 8;
const pageItems = 5000;

type Manifest = ReplyOf<typeof agentEndpoints.getManifest>;
export type ManifestItem = NonNullable<Manifest['items']>[number];

export interface ConvergeParts {
  gate: CloudGate;
  outbox: Outbox;
  told: ToldItems;
  now: () => number;
  /**
   * Items of the cloud that the catalogue was never told to have, all at once: it adopts them, or holds their deletion.
   * Returns how many it owes for them, and how many it has no file for.
   */
  adopt: (alias: string, items: readonly ManifestItem[]) => { owed: number; unclaimed: number };
}

export interface ConvergeReport {
  requests: number;
  /** Items that differed and are owed now. */
  owed: number;
  /** Live items of the cloud without a file here; their deletion waits for a person. */
  unknown: number;
  removed_by_user: number;
}

/** Compares one source. @throws AppError as the gate and {@link judgeReply} throw; comparing again from the start is safe. */
export async function convergeSource(
  parts: ConvergeParts,
  source: { sourceNo: number; alias: string },
  signal: AbortSignal,
): Promise<ConvergeReport> {
  const { gate, outbox, told } = parts;
  const report: ConvergeReport = { requests: 0, owed: 0, unknown: 0, removed_by_user: 0 };
  const ask = async (prefix: string): Promise<Manifest> => {
    report.requests += 1;
    return judgeReply(
      await gate.send({ kind: 'manifest', source: source.alias, prefix }, signal),
      agentEndpoints.getManifest.reply,
      parts.now(),
    );
  };
  const local = await collectDigests((after) => told.page(source.sourceNo, after, pageItems));
  const found: Differences = { toOwe: new Map(), unknown: [] };

  const root = await ask('');
  if (root.count === 0 && local.count > 0) return { ...report, owed: outbox.oweAll(source.sourceNo) };
  const middles = await differing(local, '', root);
  for (let at = 0; at < middles.length; at += leavesAtOnce) {
    const part = middles.slice(at, at + leavesAtOnce);
    const pages = await Promise.all(part.map(async (middle) => ({ middle, page: await ask(middle) })));
    const leaves: string[] = [];
    for (const { middle, page } of pages) {
      if (page.items) compareLeaf(local.items(middle), page.items, found, report);
      else leaves.push(...(await differing(local, middle, page)));
    }
    for (let i = 0; i < leaves.length; i += leavesAtOnce) {
      const pages = await Promise.all(
        leaves.slice(i, i + leavesAtOnce).map(async (leaf) => ({ leaf, page: await ask(leaf) })),
      );
      for (const { leaf, page } of pages) compareLeaf(local.items(leaf), page.items ?? [], found, report);
    }
  }
  report.owed += await oweFound(parts, source.sourceNo, found.toOwe);
  if (found.unknown.length > 0) {
    const { owed, unclaimed } = parts.adopt(source.alias, found.unknown);
    report.owed += owed;
    report.unknown = unclaimed;
  }
  return report;
}

/** Child prefixes whose sums differ between the two sides, known to either. */
async function differing(local: ManifestDigests, prefix: string, cloud: Manifest): Promise<string[]> {
  const mine = await local.sum(prefix);
  if (mine.count === cloud.count && mine.sha256 === cloud.sha256) return [];
  const theirs = new Map((cloud.children ?? []).map((child) => [child.prefix, child]));
  const found: string[] = [];
  for (let i = 0; i < 256; i += 1) {
    const child = prefix + i.toString(16).padStart(2, '0');
    const [here, there] = [await local.sum(child), theirs.get(child)];
    if (here.count !== (there?.count ?? 0) || (here.count > 0 && here.sha256 !== there?.sha256)) found.push(child);
  }
  return found;
}

interface Differences {
  /** Keys of items that this side has otherwise, with the revision that makes its word the newer one. */
  toOwe: Map<string, number>;
  unknown: ManifestItem[];
}

function compareLeaf(
  mine: readonly { k: string; digest: string }[],
  theirs: readonly ManifestItem[],
  found: Differences,
  report: ConvergeReport,
): void {
  const there = new Map(theirs.map((item) => [item.k, item]));
  for (const { k, digest } of mine) {
    const item = there.get(k);
    if (!item) {
      if (digest !== 'deleted') found.toOwe.set(k, 1);
    } else if (item.state === 'removed_by_user') report.removed_by_user += 1;
    // by key: a tombstone of the cloud holds no reference id
    else if (item.digest !== digest) found.toOwe.set(k, item.rev + 1);
  }
  const here = new Set(mine.map(({ k }) => k));
  for (const item of theirs) {
    if (!here.has(item.k)) found.unknown.push(item);
  }
}

/** Owes what this side has otherwise. One more pass over the catalogue, because a key does not tell its reference id. */
async function oweFound(
  { told, outbox }: ConvergeParts,
  sourceNo: number,
  toOwe: ReadonlyMap<string, number>,
): Promise<number> {
  let owed = 0;
  for (let after = ''; toOwe.size > 0; ) {
    const page = told.page(sourceNo, after, pageItems);
    const last = page.at(-1);
    if (!last) break;
    for (const { reference_id: ref } of page) {
      const rev = toOwe.get(manifestKey(ref));
      if (rev !== undefined && !told.isUnsettled(sourceNo, ref) && outbox.owe(sourceNo, ref, rev)) owed += 1;
    }
    after = last.reference_id;
    await new Promise((done) => setImmediate(done));
  }
  return owed;
}
