/** What deciding about duplicates does: one item of a group is tagged `keep`, the others `archived`. Nothing is deleted. */
import { failureSentence } from '@nucleus/shared/ui/client/call-failure.ts';
import { sayFailure } from '@nucleus/shared/ui/toasts/toasts.ts';
import { sliceEditEndpoints } from '@nucleus/shared/wire/slice-edits';
import { callCloud } from '../cloud/call-cloud.ts';
import { queries } from '../cloud/queries.ts';
import type { GroupTile } from './suggest-keep.ts';

export const keepTag = 'keep';
export const archiveTag = 'archived';
const mostNamed = 10_000;

/** Which reference ids are kept and which archived; `merged` are tags that go from archived ones to the kept one. */
export interface Decision {
  keep: string[];
  archive: string[];
  merged: { tag: string; onto: string }[];
}

/** Keeps one tile of a group and archives the others; their tags go onto the kept one. */
export function keepOne(tiles: readonly GroupTile[], keep: number): Decision {
  const kept = tiles[keep];
  if (kept === undefined) return { keep: [], archive: [], merged: [] };
  const others = tiles.filter((_, at) => at !== keep);
  const own = new Set([...(kept.t ?? []), keepTag, archiveTag]);
  const tags = [...new Set(others.flatMap((tile) => tile.t ?? []))].filter((tag) => !own.has(tag));
  return {
    keep: [kept.ref],
    archive: others.map((tile) => tile.ref),
    merged: tags.map((tag) => ({ tag, onto: kept.ref })),
  };
}

export function keepAll(tiles: readonly GroupTile[]): Decision {
  return { keep: tiles.map((tile) => tile.ref), archive: [], merged: [] };
}

export function joinDecisions(decisions: readonly Decision[]): Decision {
  return {
    keep: decisions.flatMap((each) => each.keep),
    archive: decisions.flatMap((each) => each.archive),
    merged: decisions.flatMap((each) => each.merged),
  };
}

/** Carries a decision out and answers what undoes it. @throws CallFailure; what was done before it stays, and is undone first */
export async function carryOut(datasetId: string, decision: Decision): Promise<() => Promise<void>> {
  const done: string[] = [];
  const params = { datasetId };
  const undo = async (): Promise<void> => {
    for (const changeId of done.splice(0).reverse()) {
      await callCloud(sliceEditEndpoints.undoTagChange, { params: { datasetId, changeId } });
    }
    await refresh(datasetId);
  };
  const change = async (names: readonly string[], add: string[], remove: string[]): Promise<void> => {
    for (let at = 0; at < names.length; at += mostNamed) {
      const items = { reference_ids: names.slice(at, at + mostNamed) };
      const { change_id } = await callCloud(sliceEditEndpoints.changeTags, { params, body: { items, add, remove } });
      done.push(change_id);
    }
  };
  try {
    await change(decision.keep, [keepTag], [archiveTag]);
    await change(decision.archive, [archiveTag], [keepTag]);
    for (const [tag, merges] of groupByTag(decision.merged))
      await change(
        merges.map(({ onto }) => onto),
        [tag],
        [],
      );
  } catch (error) {
    await undo();
    throw error;
  }
  await refresh(datasetId);
  return async () => {
    try {
      await undo();
    } catch (error) {
      sayFailure(failureSentence(error));
    }
  };
}

function groupByTag(merges: Decision['merged']): Map<string, Decision['merged']> {
  const byTag = new Map<string, Decision['merged']>();
  for (const merge of merges) byTag.set(merge.tag, [...(byTag.get(merge.tag) ?? []), merge]);
  return byTag;
}

async function refresh(datasetId: string): Promise<void> {
  await Promise.all([
    queries.invalidateQueries({ queryKey: ['tags', datasetId] }),
    queries.invalidateQueries({ queryKey: ['groups', datasetId] }),
  ]);
}
