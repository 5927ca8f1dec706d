/** Slices of labels: what they hold, item by item. */
import type { Database } from '../database/open-database.ts';
import { type AnsweredLabel, labelsAt, toAnswered } from '../labels/read-labels.ts';
import { groundTruth } from '../labels/rules.ts';
import { listRunIds } from '../models/find-model.ts';
import { listObjectsAfter, type ObjectMember, type SlicePlace } from './object-queries.ts';

const membersPerPage = 1_000;

/** A label of a slice and where it stands. */
export interface SliceObject {
  seq: number;
  isPrediction: boolean;
  kind: string;
  label: AnsweredLabel;
}

/** The labels of a slice in order of their items, a page at a time; what was deleted since is left out. */
export async function* pagesOfObjects(db: Database, slice: SlicePlace): AsyncGenerator<SliceObject[]> {
  for (let after = { seq: -1, labelId: '' }; ; ) {
    const members = await listObjectsAfter(db, slice, after, membersPerPage);
    const last = members.at(-1);
    if (last === undefined) return;
    after = last;
    yield await readObjects(db, slice, members);
    if (members.length < membersPerPage) return;
  }
}

async function readObjects(
  db: Database,
  { tenantId, datasetId }: SlicePlace,
  members: readonly (ObjectMember & { referenceId: string })[],
): Promise<SliceObject[]> {
  const found = new Map<string, SliceObject>();
  // Predictions of a run that was deleted are on their way out.
  const living = new Set([groundTruth, ...(await listRunIds(db, tenantId, datasetId))]);
  for (const runId of new Set(members.map((member) => member.runId))) {
    if (!living.has(runId)) continue;
    const wanted = new Map(members.flatMap((member) => (member.runId === runId ? [[member.labelId, member]] : [])));
    const seqs = [...new Set(Array.from(wanted.values(), ({ seq }) => seq))];
    for (const rows of (await labelsAt(db, { tenantId, datasetId, runId }, seqs)).values())
      for (const row of rows) {
        const member = wanted.get(row.id);
        if (member === undefined) continue;
        const label = toAnswered(row, member.referenceId);
        found.set(row.id, { seq: row.seq, isPrediction: runId !== groundTruth, kind: row.kind, label });
      }
  }
  return members.flatMap(({ labelId }) => found.get(labelId) ?? []);
}

/** Ids of all labels of a slice. */
export async function listObjectIds(db: Database, slice: SlicePlace): Promise<Set<string>> {
  const ids = new Set<string>();
  for (let after = { seq: -1, labelId: '' }; ; ) {
    const members = await listObjectsAfter(db, slice, after, membersPerPage);
    for (const { labelId } of members) ids.add(labelId);
    const last = members.at(-1);
    if (last === undefined || members.length < membersPerPage) return ids;
    after = last;
  }
}

/** Distinct classes of the labels of a slice, in order. */
export async function listObjectClasses(db: Database, slice: SlicePlace): Promise<string[]> {
  const classes = new Set<string>();
  for await (const objects of pagesOfObjects(db, slice)) for (const { label } of objects) addClasses(classes, label);
  return [...classes].toSorted();
}

function addClasses(classes: Set<string>, { label, labels, annotations }: AnsweredLabel): void {
  const named = Array.isArray(annotations) ? annotations : [];
  const ofSegments = named.map((segment) => (segment as { label?: unknown }).label);
  for (const each of [label, ...(Array.isArray(labels) ? labels : []), ...ofSegments])
    if (typeof each === 'string') classes.add(each);
}
