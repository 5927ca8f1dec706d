import { CopyButton } from '@nucleus/shared/ui/parts/copy-button.tsx';
import { count } from '@nucleus/shared/ui/words/quantities.ts';
import { visibleText } from '@nucleus/shared/ui/words/visible-text.ts';
import type { Autotag } from '@nucleus/shared/wire/autotags';
import { Trash2 } from 'lucide-react';
import { type ReactElement, useState } from 'react';
import { PageLink } from '../frame/page-link.tsx';
import { autotagPath } from '../route.ts';
import { DeleteAutotag } from './delete-autotag.tsx';
import { useExamples, useTaggedCount } from './use-scores.ts';

const states: Record<Autotag['status'], { word: string; tone: string }> = {
  Started: { word: 'training', tone: 'cl' },
  Completed: { word: 'ready', tone: '' },
  Errored: { word: 'failed', tone: 'd' },
};

export function AutotagState({ status }: Pick<Autotag, 'status'>): ReactElement {
  return <span className={`pill sq ${states[status].tone}`}>{states[status].word}</span>;
}

/** One autotag of the table. */
export function AutotagRow({ datasetId, autotag }: { datasetId: string; autotag: Autotag }): ReactElement {
  const [isDeleting, setDeleting] = useState(false);
  const tagged = useTaggedCount(datasetId, autotag, 0);
  const examples = useExamples(datasetId, autotag.name);
  const name = visibleText(autotag.name);
  return (
    <tr>
      <td className="brk">
        <PageLink to={autotagPath(datasetId, autotag.id)}>{name}</PageLink>
      </td>
      <td>
        <AutotagState status={autotag.status} />
      </td>
      <td className="num">{tagged.data === undefined ? '' : count(tagged.data)}</td>
      <td className="num">{examples.data === undefined ? '' : count(examples.data.size)}</td>
      <td>
        <span className="row g2 nowrap">
          <code className="xs">{autotag.id}</code>
          <CopyButton text={autotag.id} name={`Copy the id of ${name}`} />
        </span>
      </td>
      <td className="num">
        <button
          type="button"
          className="btn ghost icon-only dense"
          aria-label={`Delete ${name}`}
          title={`Delete ${name}`}
          onClick={() => setDeleting(true)}
        >
          <Trash2 className="icon s" aria-hidden="true" />
        </button>
        {isDeleting && <DeleteAutotag datasetId={datasetId} autotag={autotag} onClose={() => setDeleting(false)} />}
      </td>
    </tr>
  );
}
