import { useKeys } from '@nucleus/shared/ui/keyboard/use-keys.ts';
import { count, counted } from '@nucleus/shared/ui/words/quantities.ts';
import { type KeyboardEvent, type MouseEvent, type ReactElement, useRef, useState } from 'react';
import { navigate } from 'wouter/use-browser-location';
import { itemPath } from '../route.ts';
import { RefineTile, type Vote } from './refine-tile.tsx';
import type { ScoredTile, ScoreOrder } from './use-scores.ts';

interface RefineGridProps {
  datasetId: string;
  items: readonly ScoredTile[];
  total: number | undefined;
  /** Reference ids of the positive examples. */
  examples: ReadonlySet<string> | undefined;
  order: ScoreOrder;
  isStale: boolean;
  failure: string | undefined;
  isBusy: boolean;
  onOrder: (order: ScoreOrder) => void;
  onMore: (() => void) | undefined;
  /** @returns whether the training has begun */
  onTrain: (positives: string[], negatives: string[]) => Promise<boolean>;
}

const orders: readonly (readonly [ScoreOrder, string])[] = [
  ['surest', 'Surest first'],
  ['nearest', 'Nearest the threshold'],
];

/** What is tagged, to be accepted or rejected item by item; what was decided trains the autotag anew. */
export function RefineGrid(props: RefineGridProps): ReactElement {
  const { items, order, isBusy } = props;
  const [votes, setVotes] = useState<ReadonlyMap<string, Vote>>(new Map());
  const [current, setCurrent] = useState(0);
  const list = useRef<HTMLDivElement>(null);
  const at = Math.min(current, Math.max(0, items.length - 1));
  const goTo = (next: number): void => {
    const place = Math.max(0, Math.min(items.length - 1, next));
    setCurrent(place);
    list.current?.children[place]?.scrollIntoView({ block: 'nearest' });
    if (place > items.length - 8) props.onMore?.();
  };
  const vote = (place: number, side: Vote): void => {
    const ref = items[place]?.tile.ref;
    if (ref === undefined) return;
    const next = new Map(votes);
    // the same word again takes it back
    if (next.get(ref) === side) next.delete(ref);
    else next.set(ref, side);
    setVotes(next);
  };
  const columns = (): number =>
    list.current === null ? 1 : getComputedStyle(list.current).gridTemplateColumns.split(' ').length;
  const decided = (side: Vote): string[] => [...votes].filter(([, each]) => each === side).map(([ref]) => ref);
  const [accepted, rejected] = [decided('yes'), decided('no')];
  const train = async (): Promise<void> => {
    if (votes.size > 0 && !isBusy && (await props.onTrain(accepted, rejected))) setVotes(new Map());
  };
  useKeys({ t: () => void train() });
  const open = (): void => {
    const ref = items[at]?.tile.ref;
    if (ref !== undefined) navigate(itemPath(props.datasetId, ref));
  };
  const keys: Record<string, (() => void) | undefined> = {
    arrowright: () => goTo(at + 1),
    arrowleft: () => goTo(at - 1),
    arrowdown: () => goTo(at + columns()),
    arrowup: () => goTo(at - columns()),
    l: () => goTo(at + 1),
    h: () => goTo(at - 1),
    j: () => goTo(at + columns()),
    k: () => goTo(at - columns()),
    home: () => goTo(0),
    end: () => goTo(items.length - 1),
    enter: open,
    a: () => {
      vote(at, 'yes');
      goTo(at + 1);
    },
    r: () => {
      vote(at, 'no');
      goTo(at + 1);
    },
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    const act = keys[event.key.toLowerCase()];
    if (act === undefined || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    event.stopPropagation();
    act();
  };
  const onClick = (event: MouseEvent): void => {
    const target = event.target instanceof Element ? event.target : null;
    const place = Number(target?.closest<HTMLElement>('[data-place]')?.dataset.place ?? Number.NaN);
    if (Number.isNaN(place)) return;
    setCurrent(place);
    const side = target?.closest<HTMLElement>('[data-vote]')?.dataset.vote;
    if (side === 'yes' || side === 'no') vote(place, side);
  };
  return (
    <section className="card refine-card" aria-label="Tagged items">
      <header>
        <h2>Tagged items</h2>
        <span className="sm t3 hide-s">
          <kbd>A</kbd> it is one, <kbd>R</kbd> it is not
        </span>
        {/* biome-ignore lint/a11y/useSemanticElements: a fieldset would bring a border and a legend */}
        <span className="seg end" role="group" aria-label="Order">
          {orders.map(([each, words]) => (
            <button key={each} type="button" aria-pressed={order === each} onClick={() => props.onOrder(each)}>
              {words}
            </button>
          ))}
        </span>
      </header>
      {props.failure !== undefined && (
        <p className="in sm c-d" role="alert">
          {props.failure}
        </p>
      )}
      {props.total === 0 && (
        <p className="in sm t2">No item has a score as high as that. Lower the threshold, or add examples.</p>
      )}
      <div
        ref={list}
        className={`refine${props.isStale ? ' dim' : ''}`}
        role="listbox"
        tabIndex={0}
        aria-label="Tagged items"
        aria-activedescendant={items.length === 0 ? undefined : `tagged-${at}`}
        onKeyDown={onKeyDown}
        onClick={onClick}
      >
        {items.map((item, place) => (
          <RefineTile
            key={item.tile.id}
            place={place}
            item={item}
            vote={votes.get(item.tile.ref)}
            isExample={props.examples?.has(item.tile.ref) === true}
            isCurrent={place === at}
          />
        ))}
      </div>
      {props.onMore !== undefined && (
        <div className="in">
          <button type="button" className="btn" onClick={props.onMore}>
            Show more, {count(items.length)} of {count(props.total ?? 0)} are here
          </button>
        </div>
      )}
      {votes.size > 0 && (
        <div className="refine-bar row wrap sm" role="toolbar" aria-label="Refinement">
          <b>
            {count(accepted.length)} accepted, {count(rejected.length)} rejected
          </b>
          <button type="button" className="btn lead dense" disabled={isBusy} onClick={() => void train()}>
            Train with {counted(votes.size, 'more example')} <kbd className="hide-s">T</kbd>
          </button>
          <button type="button" className="btn ghost dense" onClick={() => setVotes(new Map())}>
            Forget them
          </button>
        </div>
      )}
    </section>
  );
}
