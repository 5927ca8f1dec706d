import { failureSentence } from '@nucleus/shared/ui/client/call-failure.ts';
import { sayFailure } from '@nucleus/shared/ui/toasts/toasts.ts';
import { count } from '@nucleus/shared/ui/words/quantities.ts';
import { visibleText } from '@nucleus/shared/ui/words/visible-text.ts';
import { insightEndpoints } from '@nucleus/shared/wire/insights';
import type { SliceView } from '@nucleus/shared/wire/slice-edits';
import { useQuery } from '@tanstack/react-query';
import type { ReactElement } from 'react';
import { callCloud } from '../cloud/call-cloud.ts';
import { PageLink } from '../frame/page-link.tsx';
import { datasetPath } from '../route.ts';
import { saveSlice } from './save-slice.ts';

interface CombineSlicesProps {
  datasetId: string;
  first: SliceView;
  second: SliceView;
}

/** What two slices share and what each has alone, as counts that open as a grid and can be saved. */
export function CombineSlices({ datasetId, first, second }: CombineSlicesProps): ReactElement {
  const [a, b] = [`slice = ${first.slice_id}`, `slice = ${second.slice_id}`];
  const [one, other] = [visibleText(first.name), visibleText(second.name)];
  const parts = [
    { name: `Only in ${one}`, short: `${one} without ${other}`, query: `${a} AND NOT ${b}` },
    { name: 'In both', short: `${one} and ${other}`, query: `${a} AND ${b}` },
    { name: `Only in ${other}`, short: `${other} without ${one}`, query: `${b} AND NOT ${a}` },
    { name: 'In either', short: `${one} or ${other}`, query: `${a} OR ${b}` },
  ];
  return (
    <section className="card" aria-label="Combination">
      <header>
        <h2>
          {one} and {other}
        </h2>
      </header>
      <div className="tscroll">
        <table>
          <tbody>
            {parts.map((part) => (
              <PartRow key={part.query} datasetId={datasetId} {...part} />
            ))}
          </tbody>
        </table>
      </div>
    </section>
  );
}

function PartRow(props: { datasetId: string; name: string; short: string; query: string }): ReactElement {
  const { datasetId, query } = props;
  const total = useQuery({
    queryKey: ['total', datasetId, query],
    queryFn: async ({ signal }) =>
      (
        await callCloud(insightEndpoints.pageTiles, {
          params: { datasetId },
          body: { offset: 0, limit: 1, query },
          signal,
        })
      ).total,
  });
  const save = (): void => {
    saveSlice(datasetId, props.short, { query }, false).catch((error: unknown) => sayFailure(failureSentence(error)));
  };
  return (
    <tr>
      <td>
        <PageLink to={datasetPath(datasetId, { query })}>{props.name}</PageLink>
      </td>
      <td className="num">
        {total.data !== undefined && <b>{count(total.data)}</b>}
        {total.isError && <span className="t2">{failureSentence(total.error)}</span>}
      </td>
      <td className="num">
        <button type="button" className="btn dense" disabled={!total.data} onClick={save}>
          Save as slice
        </button>
      </td>
    </tr>
  );
}
