import { type Chip, joinQueries, readChips, writeChips } from '@nucleus/shared/query/chips';
import { parseQuery } from '@nucleus/shared/query/parse-query';
import { QueryError } from '@nucleus/shared/query/query-error';
import { Search, X } from 'lucide-react';
import {
  type KeyboardEvent,
  type ReactElement,
  useEffect,
  useId,
  useLayoutEffect,
  useMemo,
  useRef,
  useState,
} from 'react';
import { useKeys } from '../keyboard/use-keys.ts';
import { type BarOption, OptionList, optionId } from './option-list.tsx';
import { QueryErrorLine, type QueryFault } from './query-error-line.tsx';
import { noteQuery, recentQueries } from './recent-queries.ts';
import { type Complete, useCompletion } from './use-completion.ts';

interface QueryBarProps {
  /** Where recent queries are kept: one list a place. */
  place: string;
  /** The ways to go on with a half-typed query. Must be the same function at every drawing. */
  complete: Complete;
  /** What an empty bar shows. */
  hint: string;
  /** Fields that may be written `field:value`. */
  shorthands?: readonly string[];
  /** The query that runs. */
  query: string;
  /** Why it was refused, if it was. */
  fault: QueryFault | undefined;
  isRunning: boolean;
  onRun: (query: string) => void;
}

/**
 * The query bar: conditions as chips with the next one being typed after them, or the whole query as text. A query that is no list of
 * simple conditions, or is refused, is shown as text.
 */
export function QueryBar(props: QueryBarProps): ReactElement {
  const { place: recentPlace, complete, shorthands, query, fault, isRunning, onRun } = props;
  const [wantsText, setWantsText] = useState(false);
  const isRefused = fault !== undefined;
  const chips = useMemo(
    () => (wantsText || isRefused ? undefined : readChips(query, shorthands)),
    [query, wantsText, isRefused, shorthands],
  );
  const [shown, setShown] = useState<readonly Chip[]>(chips ?? []);
  const [draft, setDraft] = useState(chips === undefined ? query : '');
  const [caret, setCaret] = useState(0);
  const [ownFault, setOwnFault] = useState<QueryFault>();
  const [isOpen, setOpen] = useState(false);
  const [chosen, setChosen] = useState(-1);
  const input = useRef<HTMLInputElement>(null);
  const box = useRef<HTMLDivElement>(null);
  const mirror = useRef<HTMLDivElement>(null);
  const insertsNext = useRef(false); // Tab came before the options
  const listId = useId();

  const reset = (): void => {
    setShown(chips ?? []);
    setDraft(chips === undefined ? query : '');
    setOwnFault(undefined);
  };
  // biome-ignore lint/correctness/useExhaustiveDependencies: switching between chips and text keeps what is being typed
  useLayoutEffect(reset, [query, isRefused]);

  const before = writeChips(shown);
  const whole = joinQueries(before, draft, shorthands);
  const offset = draft.trim() === '' && before !== '' ? `${before} AND `.length : whole.offset;
  const text = draft.trim() === '' && before !== '' ? `${before} AND ` : whole.text;
  const completion = useCompletion(complete, text, offset + Math.min(caret, draft.length), isOpen);
  const isFresh = completion?.text === text && completion.caret === offset + Math.min(caret, draft.length);
  const recents = draft === '' ? recentQueries(recentPlace).filter((recent) => recent !== query) : [];
  const options: BarOption[] = [
    ...(completion?.options ?? []).filter(({ label }) => draft !== '' || label !== ''),
    ...recents.map((recent): BarOption => ({ kind: 'recent', label: recent, insert: recent })),
  ];
  const seen = ownFault ?? (draft === query ? fault : undefined);

  const nextCaret = useRef<number>(undefined);
  const focusAt = (place: number): void => {
    setCaret(place);
    nextCaret.current = place;
  };
  // once the new text is in the input, and before another key can come
  useLayoutEffect(() => {
    const place = nextCaret.current;
    if (place === undefined) return;
    nextCaret.current = undefined;
    input.current?.focus();
    input.current?.setSelectionRange(place, place);
  });
  const edit = (next: string, place: number): void => {
    setDraft(next);
    setCaret(place);
    setOwnFault(undefined);
    setChosen(-1);
    insertsNext.current = false;
  };
  const run = (next: string): void => {
    setOpen(false);
    setChosen(-1);
    noteQuery(recentPlace, next);
    onRun(next);
  };
  const runDraft = (): void => {
    const next = draft.trim() === '' ? before : whole.text;
    try {
      if (next.trim() !== '') parseQuery(next, shorthands);
      run(next.trim());
      // the address does not change, so nothing else says what runs
      if (next.trim() === query) reset();
    } catch (error) {
      if (!(error instanceof QueryError) || typeof error.at !== 'object') throw error;
      const inDraft = (place: number): number => Math.min(draft.length, Math.max(0, place - whole.offset));
      setOwnFault({ sentence: error.message, at: { start: inDraft(error.at.start), end: inDraft(error.at.end) } });
      setOpen(false);
    }
  };
  const pick = (option: BarOption): void => {
    if (option.kind === 'recent') {
      run(option.insert);
      return;
    }
    if (completion === undefined || !isFresh) return;
    const start = Math.max(0, completion.replaces.start - offset);
    const end = Math.max(start, completion.replaces.end - offset);
    const place = start + option.insert.length;
    edit(draft.slice(0, start) + option.insert + draft.slice(end).replace(/^ /, ''), place);
    setOpen(true);
    focusAt(place);
  };
  // biome-ignore lint/correctness/useExhaustiveDependencies: only fresh options end the wait
  useEffect(() => {
    const [first] = options;
    if (!isFresh || !insertsNext.current) return;
    insertsNext.current = false;
    if (first !== undefined) pick(first);
  }, [isFresh]);
  const takeBack = (at: number): void => {
    const chip = shown[at];
    if (chip === undefined) return;
    setShown(shown.filter((_, other) => other !== at));
    edit(chip.text, chip.text.length);
    focusAt(chip.text.length);
  };
  const switchMode = (): void => {
    const next = draft.trim() === '' ? before : whole.text;
    if (chips !== undefined) {
      setWantsText(true);
      setShown([]);
      edit(next, next.length);
    } else {
      setWantsText(false);
      const read = readChips(next, shorthands);
      if (read !== undefined && fault === undefined) {
        setShown(read);
        edit('', 0);
      }
    }
  };
  const open = (): void => {
    input.current?.focus();
    input.current?.select();
  };
  useKeys({ '/': open });
  useLayoutEffect(() => {
    const listen = (event: globalThis.KeyboardEvent): void => {
      if (!(event.ctrlKey || event.metaKey) || event.key.toLowerCase() !== 'k') return;
      event.preventDefault();
      input.current?.focus();
    };
    addEventListener('keydown', listen);
    return () => removeEventListener('keydown', listen);
  }, []);

  const onKeyDown = (event: KeyboardEvent<HTMLInputElement>): void => {
    const isPlain = !event.ctrlKey && !event.metaKey && !event.altKey;
    if (event.ctrlKey && event.key === '.') switchMode();
    else if (event.key === 'ArrowDown' && isPlain) {
      setOpen(true);
      setChosen(Math.min(options.length - 1, chosen + 1));
    } else if (event.key === 'ArrowUp' && isPlain) setChosen(Math.max(-1, chosen - 1));
    else if (event.key === 'Enter') {
      const option = options[chosen];
      if (option?.kind === 'recent' && isOpen) run(option.insert);
      else runDraft();
    } else if (event.key === 'Tab' && !event.shiftKey && isOpen && (chosen >= 0 || draft.trim() !== '')) {
      const option = options[Math.max(0, chosen)];
      if (option?.kind === 'recent') edit(option.insert, option.insert.length);
      else if (!isFresh) insertsNext.current = true;
      else if (option === undefined) return;
      else pick(option);
    } else if (event.key === 'Escape') {
      if (isOpen && options.length > 0) setOpen(false);
      else document.querySelector<HTMLElement>('.grid')?.focus();
    } else if (event.key === 'Backspace' && draft === '' && shown.length > 0) takeBack(shown.length - 1);
    else return;
    event.preventDefault();
    event.stopPropagation();
  };
  const mend = (field: string): void => {
    if (seen?.at === undefined) return;
    const next = draft.slice(0, seen.at.start) + field + draft.slice(seen.at.end);
    edit(next, next.length);
    run(joinQueries(before, next, shorthands).text);
  };

  const isListed = isOpen && options.length > 0;
  // under what is being typed, as far as the list fits there
  const listLeft = isListed ? leftOf(box.current, input.current) : 0;
  return (
    <div className="query" ref={box}>
      <div className={`inp query-box${seen === undefined ? '' : ' bad'}`}>
        <Search className="icon s t3" aria-hidden="true" />
        <div className="query-scroll">
          {shown.map((chip, at) => (
            <span className="chip" key={chip.text}>
              <button type="button" className="chip-body" title={`Edit ${chip.text}`} onClick={() => takeBack(at)}>
                <span className="f">{chip.field}</span> <span className="o">{chip.operator}</span>{' '}
                <span className="v">{chip.value}</span>
              </button>
              <button
                type="button"
                className="x"
                aria-label={`Remove ${chip.text}`}
                onClick={() => run(writeChips(shown.filter((_, other) => other !== at)))}
              >
                <X className="icon s" aria-hidden="true" />
              </button>
            </span>
          ))}
          <div className="query-text">
            <div ref={mirror} className="query-mirror" aria-hidden="true">
              {seen?.at !== undefined && (
                <>
                  {draft.slice(0, seen.at.start)}
                  <u>{draft.slice(seen.at.start, seen.at.end) || '\u00a0\u00a0'}</u>
                  {draft.slice(seen.at.end)}
                </>
              )}
            </div>
            <input
              ref={input}
              type="text"
              role="combobox"
              aria-label="Query"
              aria-expanded={isListed}
              aria-controls={isListed ? listId : undefined}
              aria-autocomplete="list"
              aria-activedescendant={isListed && chosen >= 0 ? optionId(listId, chosen) : undefined}
              aria-invalid={seen !== undefined}
              placeholder={shown.length === 0 ? props.hint : ''}
              autoComplete="off"
              autoCapitalize="off"
              spellCheck={false}
              value={draft}
              onChange={(event) => {
                edit(event.target.value, event.target.selectionStart ?? event.target.value.length);
                setOpen(true);
              }}
              onSelect={(event) => setCaret(event.currentTarget.selectionStart ?? 0)}
              onFocus={() => setOpen(true)}
              onBlur={() => setOpen(false)}
              onKeyDown={onKeyDown}
              onScroll={(event) => {
                if (mirror.current !== null) mirror.current.scrollLeft = event.currentTarget.scrollLeft;
              }}
            />
          </div>
        </div>
        {(chips !== undefined || readChips(draft, shorthands) !== undefined) && (
          <button type="button" className="query-mode xs t3 hide-s" title="Chips or text (Ctrl .)" onClick={switchMode}>
            {chips === undefined ? 'chips' : 'text'}
          </button>
        )}
        <kbd className="hide-s">/</kbd>
      </div>
      {isRunning && <span className="query-running" />}
      {seen !== undefined && <QueryErrorLine fault={seen} onMend={mend} />}
      {isListed && <OptionList id={listId} left={listLeft} options={options} chosen={chosen} onPick={pick} />}
    </div>
  );
}

const listPx = 460;

/** Pixels from the bar's edge to what is being typed, less where the list would not fit. */
function leftOf(bar: HTMLElement | null, input: HTMLElement | null): number {
  if (bar === null || input === null) return 0;
  const room = bar.clientWidth - listPx;
  const typed = input.getBoundingClientRect().left - bar.getBoundingClientRect().left - 12;
  return Math.max(0, Math.min(room, typed));
}
