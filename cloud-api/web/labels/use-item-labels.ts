import { datasetEndpoints } from '@nucleus/shared/wire/dataset';
import { predictionEndpoints } from '@nucleus/shared/wire/predictions';
import { useQueries, useQuery } from '@tanstack/react-query';
import { useMemo } from 'react';
import { callCloud } from '../cloud/call-cloud.ts';
import { itemKey } from '../cloud/queries.ts';
import type { ColourOf } from './class-colours.ts';
import { type ChangeChoices, type LabelChoices, useLabelChoices } from './label-choices.ts';
import { isSure, type LabelView, readLabels, truthLayer } from './label-views.ts';
import { useClassColours, useRuns } from './use-runs.ts';

/** The annotations, or the predictions of one run. */
export interface LabelLayer {
  id: string;
  name: string;
  /** Lengths of line and gap of its outlines. */
  dash: readonly number[];
  isShown: boolean;
  /** Nothing is asked for before it is shown. */
  labels: readonly LabelView[] | undefined;
}
export interface ClassEntry {
  name: string;
  colour: number;
  /** Labels of it that are beyond the least confidence, on the layers that are shown. */
  count: number;
  isShown: boolean;
}
export interface ItemLabels {
  layers: readonly LabelLayer[];
  classes: readonly ClassEntry[];
  /** Those to be drawn. */
  drawn: readonly LabelView[];
  colourOf: ColourOf;
  choices: LabelChoices;
  change: ChangeChoices;
  hasConfidence: boolean;
  isPending: boolean;
  error: Error | null;
}

const truthDash: readonly number[] = [];
/** Runs are told apart by their lines, as classes are by their colours. */
const runDashes: readonly (readonly number[])[] = [
  [7, 5],
  [2, 4],
  [12, 4, 2, 4],
  [4, 4],
];

/** @param isWanted nothing is asked for before labels are looked at */
export function useItemLabels(datasetId: string, referenceId: string, isWanted: boolean): ItemLabels {
  const [choices, change] = useLabelChoices(datasetId);
  const colourOf = useClassColours(datasetId, isWanted);
  const item = useQuery({
    queryKey: itemKey(datasetId, referenceId),
    queryFn: ({ signal }) =>
      callCloud(datasetEndpoints.getItemByReference, { params: { datasetId, referenceId }, signal }),
  });
  const runs = useRuns(datasetId, isWanted);
  const known = runs.data?.runs ?? [];
  // the newest run is shown unless it was put away, the others once they are asked for
  const shownRuns = known.filter(({ id }, place) => choices.layers.get(id) ?? place === 0);
  const predicted = useQueries({
    queries: shownRuns.map(({ id: runId }) => ({
      queryKey: ['predictions', runId, referenceId],
      queryFn: async ({ signal }: { signal: AbortSignal }) =>
        readLabels(
          (await callCloud(predictionEndpoints.getRunItemByReference, { params: { runId, referenceId }, signal }))
            .annotations,
          runId,
        ),
      enabled: isWanted,
    })),
  });
  const annotations = item.data?.annotations;
  const truth = useMemo(
    () => (annotations === undefined ? undefined : readLabels(annotations, truthLayer)),
    [annotations],
  );
  const layers: LabelLayer[] = [
    {
      id: truthLayer,
      name: 'Ground truth',
      dash: truthDash,
      isShown: choices.layers.get(truthLayer) ?? true,
      labels: truth,
    },
    ...known.map(({ id, name }, place): LabelLayer => {
      const at = shownRuns.findIndex((run) => run.id === id);
      return {
        id,
        name,
        dash: runDashes[place % runDashes.length] ?? [],
        isShown: at !== -1,
        labels: predicted[at]?.data,
      };
    }),
  ];
  const labels = layers.flatMap((layer) => (layer.isShown ? (layer.labels ?? []) : []));
  const sure = labels.filter((label) => isSure(label, choices.least));
  const failed = predicted.find(({ error }) => error !== null)?.error ?? null;
  return {
    layers,
    classes: classesOf(sure, colourOf, choices),
    drawn: sure.filter((label) => !choices.hiddenIds.has(label.id) && hasShownClass(label, choices)),
    colourOf,
    choices,
    change,
    hasConfidence: labels.some(({ confidence }) => confidence !== undefined),
    isPending: isWanted && (item.isPending || runs.isPending || predicted.some((each) => each.isPending)),
    error: runs.error ?? failed,
  };
}

function hasShownClass(label: LabelView, { hiddenClasses }: LabelChoices): boolean {
  return label.classes.length === 0 || label.classes.some((name) => !hiddenClasses.has(name));
}

/** Classes of what has a place in the picture, by name. */
function classesOf(labels: readonly LabelView[], colourOf: ColourOf, { hiddenClasses }: LabelChoices): ClassEntry[] {
  const counts = new Map<string, number>();
  const placed = labels.filter(({ shape }) => shape !== undefined);
  for (const { classes } of placed) for (const name of classes) counts.set(name, (counts.get(name) ?? 0) + 1);
  return [...counts]
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, count]) => ({ name, count, colour: colourOf(name), isShown: !hiddenClasses.has(name) }));
}
