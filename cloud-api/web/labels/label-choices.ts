/** What of labels is shown, by dataset: kept while items go by, so that a choice holds for all of them. */
import { useSyncExternalStore } from 'react';

export interface LabelChoices {
  isShown: boolean;
  showsNames: boolean;
  /** 0 to 1, of masks; areas inside an outline are filled more thinly. */
  opacity: number;
  /** Predictions below it are left out. */
  least: number;
  hiddenClasses: ReadonlySet<string>;
  /** Layers that are on or off against their usual state. */
  layers: ReadonlyMap<string, boolean>;
  /** Single labels that are left out. */
  hiddenIds: ReadonlySet<string>;
}

const usual: LabelChoices = {
  isShown: true,
  showsNames: true,
  opacity: 0.5,
  least: 0.5,
  hiddenClasses: new Set(),
  layers: new Map(),
  hiddenIds: new Set(),
};
const byDataset = new Map<string, LabelChoices>();
const listeners = new Set<() => void>();
const subscribe = (tell: () => void): (() => void) => {
  listeners.add(tell);
  return () => listeners.delete(tell);
};

export type ChangeChoices = (change: Partial<LabelChoices>) => void;

export function useLabelChoices(datasetId: string): [LabelChoices, ChangeChoices] {
  const choices = useSyncExternalStore(subscribe, () => byDataset.get(datasetId) ?? usual);
  return [
    choices,
    (change) => {
      byDataset.set(datasetId, { ...(byDataset.get(datasetId) ?? usual), ...change });
      for (const tell of listeners) tell();
    },
  ];
}

/** The set with a member put in or taken out. */
export function toggled(members: ReadonlySet<string>, member: string): ReadonlySet<string> {
  const after = new Set(members);
  if (!after.delete(member)) after.add(member);
  return after;
}
