import { EmptyState } from '@nucleus/shared/ui/parts/empty-state.tsx';
import { count, moment } from '@nucleus/shared/ui/words/quantities.ts';
import { auditEndpoints } from '@nucleus/shared/wire/audit';
import { keepPreviousData, useInfiniteQuery } from '@tanstack/react-query';
import { ScrollText, X } from 'lucide-react';
import { type FormEvent, type ReactElement, useId } from 'react';
import { navigate, useSearch } from 'wouter/use-browser-location';
import { callCloud } from '../cloud/call-cloud.ts';
import { settingsPath } from '../route.ts';
import { NotListed } from './not-listed.tsx';

const perPage = 100;
const fields = [
  { name: 'action', label: 'Action', hint: 'key.create' },
  { name: 'actor', label: 'Actor', hint: 'key_… or session' },
  { name: 'target_id', label: 'Target', hint: 'ds_…, di_…, slc_…' },
] as const;
type Field = (typeof fields)[number]['name'];
type Filter = Partial<Record<Field, string>>;

/** The tenant's log: who did what to which id, newest first. The address holds the filter. */
export function AuditPart(): ReactElement {
  const filter = readFilter(useSearch());
  const formId = useId();
  const log = useInfiniteQuery({
    queryKey: ['audit', filter],
    queryFn: ({ signal, pageParam }) =>
      callCloud(auditEndpoints.listAudit, { query: { ...filter, before: pageParam, limit: perPage }, signal }),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (last) => last.next ?? undefined,
    placeholderData: keepPreviousData,
  });
  const change = (next: Filter): void => navigate(settingsPath('audit') + spellFilter(next));
  const submit = (event: FormEvent<HTMLFormElement>): void => {
    event.preventDefault();
    const typed = new FormData(event.currentTarget);
    change(Object.fromEntries(fields.map(({ name }) => [name, String(typed.get(name) ?? '').trim()])));
  };
  const entries = log.data?.pages.flatMap((page) => page.entries);
  const isFiltered = Object.keys(filter).length > 0;
  return (
    <div className="page">
      <div className="phead">
        <div className="grow">
          <h1>Audit log</h1>
          <p>Every act of this team, newest first. It is append-only and holds ids, never a name, a path or a key.</p>
        </div>
      </div>
      {/* the filter that the address holds fills the fields anew */}
      <form key={JSON.stringify(filter)} className="audit-filters" aria-label="Filter of the log" onSubmit={submit}>
        {fields.map(({ name, label, hint }) => (
          <label key={name} className="col g3">
            <span className="sm t2">{label}</span>
            <span className="inp">
              <input
                id={`${formId}-${name}`}
                name={name}
                className="mono"
                placeholder={hint}
                maxLength={64}
                defaultValue={filter[name]}
              />
            </span>
          </label>
        ))}
        <span className="row audit-go">
          <button type="submit" className="btn">
            Filter
          </button>
          {isFiltered && (
            <button type="button" className="btn ghost" onClick={() => change({})}>
              <X className="icon s" aria-hidden="true" />
              Show all
            </button>
          )}
        </span>
      </form>
      {entries === undefined ? (
        log.isError ? (
          <NotListed
            forAdmins="The log is for admins"
            didNotLoad="The log did not load"
            icon={ScrollText}
            can="read it"
            error={log.error}
          />
        ) : (
          <div aria-busy="true" />
        )
      ) : entries.length === 0 ? (
        <EmptyState icon={ScrollText} title="Nothing of this kind is in the log">
          <p>Actions, actors and targets are compared as a whole: {Object.values(filter).join(', ')}.</p>
        </EmptyState>
      ) : (
        <section className="card" aria-label="Log">
          <div className="tscroll">
            <table>
              <thead>
                <tr>
                  <th>When</th>
                  <th>Action</th>
                  <th>By</th>
                  <th>Target</th>
                  <th className="num">Amount</th>
                  <th>Result</th>
                </tr>
              </thead>
              <tbody>
                {entries.map((entry) => (
                  <tr key={entry.id}>
                    <td className="nowrap t2">{moment(entry.at)}</td>
                    <Cell field="action" value={entry.action} filter={filter} onFilter={change} />
                    <Cell field="actor" value={entry.actor} filter={filter} onFilter={change} />
                    <Cell field="target_id" value={entry.target_id} filter={filter} onFilter={change} />
                    <td className="num">{count(entry.amount)}</td>
                    <td className={entry.result === 'ok' ? 't2' : 'c-d'}>{entry.result}</td>
                  </tr>
                ))}
              </tbody>
            </table>
          </div>
          {log.hasNextPage && (
            <div className="in">
              <button
                type="button"
                className="btn"
                disabled={log.isFetchingNextPage}
                onClick={() => void log.fetchNextPage()}
              >
                Show older
              </button>
            </div>
          )}
        </section>
      )}
    </div>
  );
}

interface CellProps {
  field: Field;
  value: string | null;
  filter: Filter;
  onFilter: (filter: Filter) => void;
}

/** A value that filters the log by itself when it is clicked. */
function Cell({ field, value, filter, onFilter }: CellProps): ReactElement {
  return (
    <td className="mono xs">
      {value === null ? (
        <span className="t3">none</span>
      ) : (
        <button
          type="button"
          className="cell-link"
          title={`Only ${value}`}
          onClick={() => onFilter({ ...filter, [field]: value })}
        >
          {value}
        </button>
      )}
    </td>
  );
}

function readFilter(search: string): Filter {
  const asked = new URLSearchParams(search);
  return Object.fromEntries(fields.flatMap(({ name }) => (asked.get(name) ? [[name, asked.get(name)]] : [])));
}

function spellFilter(filter: Filter): string {
  const parts = Object.entries(filter).filter(([, value]) => value !== '');
  return parts.length === 0 ? '' : `?${new URLSearchParams(Object.fromEntries(parts) as Record<string, string>)}`;
}
