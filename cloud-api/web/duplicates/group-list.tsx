import { failureSentence } from '@nucleus/shared/ui/client/call-failure.ts';
import { useKeys } from '@nucleus/shared/ui/keyboard/use-keys.ts';
import { say, sayFailure } from '@nucleus/shared/ui/toasts/toasts.ts';
import { counted } from '@nucleus/shared/ui/words/quantities.ts';
import type { DuplicateGroup } from '@nucleus/shared/wire/insights';
import { type ReactElement, useLayoutEffect, useRef, useState } from 'react';
import { carryOut, type Decision, keepAll, keepOne } from './decide.ts';
import { GroupCard } from './group-card.tsx';
import { suggestKeep } from './suggest-keep.ts';

interface GroupListProps {
  datasetId: string;
  groups: readonly DuplicateGroup[];
  /** Number of the first group: those that are decided were counted before. */
  firstNumber: number;
  hasMore: boolean;
  onMore: () => void;
}

const keyOf = (group: DuplicateGroup): string => group.tiles[0]?.id ?? '';

/** The groups, one of them current: arrows move, Enter accepts, A keeps all. */
export function GroupList({ datasetId, groups, firstNumber, hasMore, onMore }: GroupListProps): ReactElement {
  const [current, setCurrent] = useState(0);
  const [kept, setKept] = useState<Readonly<Record<string, number>>>({});
  const [busy, setBusy] = useState<string>();
  const at = Math.min(current, groups.length - 1);
  const here = useRef<HTMLElement>(null);
  const keepOf = (group: DuplicateGroup): number => kept[keyOf(group)] ?? suggestKeep(group.tiles).keep;
  const moveTo = (next: number): void => {
    if (next < 0) return;
    if (next >= groups.length - 3 && hasMore) onMore();
    setCurrent(Math.min(next, groups.length - 1));
  };
  useLayoutEffect(() => {
    here.current?.scrollIntoView({ block: 'nearest' });
  });
  const decide = async (group: DuplicateGroup, decision: Decision, words: string): Promise<void> => {
    setBusy(keyOf(group));
    try {
      const undo = await carryOut(datasetId, decision);
      say(words, undo);
    } catch (error) {
      sayFailure(failureSentence(error));
    }
    setBusy(undefined);
  };
  const accept = (group: DuplicateGroup): void => {
    const decision = keepOne(group.tiles, keepOf(group));
    const merged = decision.merged.length > 0 ? ', tags merged' : '';
    void decide(group, decision, `1 kept, ${counted(decision.archive.length, 'item')} archived${merged}.`);
  };
  const acceptAll = (group: DuplicateGroup): void => {
    void decide(group, keepAll(group.tiles), `${counted(group.tiles.length, 'item')} kept.`);
  };
  const group = groups[at];
  const pick = (by: number): void => {
    if (group === undefined) return;
    const next = keepOf(group) + by;
    if (next >= 0 && next < group.tiles.length) setKept({ ...kept, [keyOf(group)]: next });
  };
  useKeys({
    arrowdown: () => moveTo(at + 1),
    j: () => moveTo(at + 1),
    arrowup: () => moveTo(at - 1),
    k: () => moveTo(at - 1),
    arrowright: () => pick(1),
    arrowleft: () => pick(-1),
    enter: (event) => {
      // a button that has the focus is pressed by Enter itself
      const isButton = event.target instanceof HTMLElement && event.target.closest('button, a') !== null;
      if (isButton && event.target instanceof HTMLElement) event.target.click();
      else if (group !== undefined && busy === undefined) accept(group);
    },
    a: () => group !== undefined && busy === undefined && acceptAll(group),
  });
  return (
    <section className="groups" aria-label="Duplicate groups">
      {groups.map((each, index) => (
        <GroupCard
          key={keyOf(each)}
          {...(index === at ? { ref: here } : {})}
          datasetId={datasetId}
          number={firstNumber + index}
          group={each}
          suggestion={suggestKeep(each.tiles)}
          keep={keepOf(each)}
          isCurrent={index === at}
          isBusy={busy === keyOf(each)}
          onKeep={(keep) => setKept({ ...kept, [keyOf(each)]: keep })}
          onAccept={() => accept(each)}
          onKeepAll={() => acceptAll(each)}
          onCurrent={() => setCurrent(index)}
        />
      ))}
      {hasMore && (
        <button type="button" className="btn" onClick={onMore}>
          More groups
        </button>
      )}
    </section>
  );
}
