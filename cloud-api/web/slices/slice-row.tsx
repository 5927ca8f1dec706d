import { failureSentence } from '@nucleus/shared/ui/client/call-failure.ts';
import { CopyButton } from '@nucleus/shared/ui/parts/copy-button.tsx';
import { Dialog } from '@nucleus/shared/ui/parts/dialog.tsx';
import { sayFailure } from '@nucleus/shared/ui/toasts/toasts.ts';
import { count, moment } from '@nucleus/shared/ui/words/quantities.ts';
import { visibleText } from '@nucleus/shared/ui/words/visible-text.ts';
import { type SliceView, sliceEditEndpoints } from '@nucleus/shared/wire/slice-edits';
import { Download, Pencil, Trash2 } from 'lucide-react';
import { type ReactElement, useState } from 'react';
import { callCloud } from '../cloud/call-cloud.ts';
import { PageLink } from '../frame/page-link.tsx';
import { datasetPath } from '../route.ts';
import { ExportDialog } from '../select/export-dialog.tsx';
import { deleteSlice } from './save-slice.ts';
import { refreshSlices } from './use-slices.ts';

interface SliceRowProps {
  slice: SliceView;
  isPicked: boolean;
  onPick: () => void;
}

/** One slice of the table. */
export function SliceRow({ slice, isPicked, onPick }: SliceRowProps): ReactElement {
  const [open, setOpen] = useState<'rename' | 'delete' | 'export'>();
  const name = visibleText(slice.name);
  const query = `slice = ${slice.slice_id}`;
  const close = (): void => setOpen(undefined);
  const act = async (work: Promise<unknown>): Promise<void> => {
    close();
    try {
      await work;
    } catch (error) {
      sayFailure(failureSentence(error));
    }
    await refreshSlices(slice.dataset_id);
  };
  const rename = (next: string): Promise<void> =>
    act(callCloud(sliceEditEndpoints.renameSlice, { params: { sliceId: slice.slice_id }, body: { name: next } }));
  return (
    <tr>
      <td className="slice-pick">
        <input type="checkbox" aria-label={`Combine ${name}`} checked={isPicked} onChange={onPick} />
      </td>
      <td className="slice-name">
        <PageLink to={datasetPath(slice.dataset_id, { query })}>{name}</PageLink>
        {slice.description !== null && <span className="sm t2"> {visibleText(slice.description)}</span>}
        {slice.query !== null && <code className="block xs t3">{slice.query === '' ? 'every item' : slice.query}</code>}
      </td>
      <td>
        <span className={`pill sq${slice.query === null ? '' : ' cl'}`}>
          {slice.query === null ? 'frozen' : 'live'}
        </span>
      </td>
      <td className="num">
        {slice.pending_job_count > 0 ? 'filling…' : slice.length === null ? 'cannot be read' : count(slice.length)}
      </td>
      <td>
        <span className="row g2 nowrap">
          <code className="xs">{slice.slice_id}</code>
          <CopyButton text={slice.slice_id} name={`Copy the id of ${name}`} />
        </span>
      </td>
      <td className="nowrap t2">{moment(slice.created_at)}</td>
      <td>
        <span className="row g2 nowrap">
          <RowButton icon={Download} name={`Export ${name}`} onClick={() => setOpen('export')} />
          <RowButton icon={Pencil} name={`Rename ${name}`} onClick={() => setOpen('rename')} />
          <RowButton icon={Trash2} name={`Delete ${name}`} onClick={() => setOpen('delete')} />
        </span>
        {open === 'rename' && <RenameDialog name={slice.name} onRename={(next) => void rename(next)} onClose={close} />}
        {open === 'delete' && (
          <Dialog title={`Delete ${name}?`} size="small" onClose={close}>
            <div className="dialog-body">
              <p>The items stay in the dataset. The slice cannot be brought back.</p>
              <div className="row">
                <button type="button" className="btn danger" onClick={() => void act(deleteSlice(slice.slice_id))}>
                  Delete slice
                </button>
                <button type="button" className="btn" onClick={close}>
                  Keep it
                </button>
              </div>
            </div>
          </Dialog>
        )}
        {open === 'export' && (
          <ExportDialog
            datasetId={slice.dataset_id}
            chosen={slice.length ?? 0}
            items={() => Promise.resolve({ query })}
            onClose={close}
          />
        )}
      </td>
    </tr>
  );
}

function RowButton(props: { icon: typeof Pencil; name: string; onClick: () => void }): ReactElement {
  return (
    <button
      type="button"
      className="btn ghost icon-only dense"
      aria-label={props.name}
      title={props.name}
      onClick={props.onClick}
    >
      <props.icon className="icon s" aria-hidden="true" />
    </button>
  );
}

function RenameDialog(props: { name: string; onRename: (name: string) => void; onClose: () => void }): ReactElement {
  const [name, setName] = useState(props.name);
  return (
    <Dialog title="Rename the slice" size="small" onClose={props.onClose}>
      <form
        className="dialog-body"
        onSubmit={(event) => {
          event.preventDefault();
          if (name.trim() !== '') props.onRename(name.trim());
        }}
      >
        <span className="inp tall">
          <input
            aria-label="Name"
            value={name}
            maxLength={200}
            data-first
            onChange={(event) => setName(event.target.value)}
          />
        </span>
        <button type="submit" className="btn lead" disabled={name.trim() === ''}>
          Rename
        </button>
      </form>
    </Dialog>
  );
}
