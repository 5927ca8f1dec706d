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
  /** Live items of the cloud that the catalogue has never heard of: it adopts them or holds their deletion. */
  onUnknown: (alias: string, items: readonly ManifestItem[]) => void;
}

export interface ConvergeReport {
  requests: number;
  /** Items that differed and are owed now. */
  owed: number;
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
  const missing = new Set<string>();

  const root = await ask('');
  if (root.count === 0 && local.count > 0) return { ...report, owed: outbox.oweAll(source.sourceNo) };
  for (const middle of await differing(local, '', root)) {
    const leaves = await differing(local, middle, await ask(middle));
    for (let i = 0; i < leaves.length; i += leavesAtOnce) {
      const pages = await Promise.all(
        leaves.slice(i, i + leavesAtOnce).map(async (leaf) => ({ leaf, page: await ask(leaf) })),
      );
      for (const { leaf, page } of pages)
        compareLeaf(parts, source, local.items(leaf), page.items ?? [], missing, report);
    }
  }
  report.owed += await oweMissing(parts, source.sourceNo, missing);
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

function compareLeaf(
  parts: ConvergeParts,
  { sourceNo, alias }: { sourceNo: number; alias: string },
  mine: readonly { k: string; digest: string }[],
  theirs: readonly ManifestItem[],
  missing: Set<string>,
  report: ConvergeReport,
): void {
  const there = new Map(theirs.map((item) => [item.k, item]));
  const owe = (ref: string, rev: number): void => {
    if (!parts.told.isUnsettled(sourceNo, ref) && parts.outbox.owe(sourceNo, ref, rev)) report.owed += 1;
  };
  for (const { k, digest } of mine) {
    const item = there.get(k);
    if (!item) {
      if (digest !== 'deleted') missing.add(k);
    } else if (item.state === 'removed_by_user') report.removed_by_user += 1;
    // a revision above the cloud's, so that this side's word is the newer one
    else if (item.digest !== digest) owe(item.ref, item.rev + 1);
  }
  const here = new Set(mine.map(({ k }) => k));
  const unknown = theirs.filter(
    ({ k, ref, state }) => state === 'live' && !here.has(k) && !parts.told.isKnown(sourceNo, ref),
  );
  report.unknown += unknown.length;
  if (unknown.length > 0) parts.onUnknown(alias, unknown);
}

/** Owes what only this side has. One more pass over the catalogue, because a key does not tell its reference id. */
async function oweMissing(
  { told, outbox }: ConvergeParts,
  sourceNo: number,
  missing: ReadonlySet<string>,
): Promise<number> {
  let owed = 0;
  for (let after = ''; missing.size > 0; ) {
    const page = told.page(sourceNo, after, pageItems);
    const last = page.at(-1);
    if (!last) break;
    for (const { reference_id: ref } of page) {
      if (missing.has(manifestKey(ref)) && !told.isUnsettled(sourceNo, ref) && outbox.owe(sourceNo, ref, 1)) owed += 1;
    }
    after = last.reference_id;
    await new Promise((done) => setImmediate(done));
  }
  return owed;
}
