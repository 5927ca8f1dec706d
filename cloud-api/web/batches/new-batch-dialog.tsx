import { failureSentence } from '@nucleus/shared/ui/client/call-failure.ts';
import { Dialog } from '@nucleus/shared/ui/parts/dialog.tsx';
import { visibleText } from '@nucleus/shared/ui/words/visible-text.ts';
import { projectEndpoints } from '@nucleus/shared/wire/projects';
import { useQuery } from '@tanstack/react-query';
import { type ReactElement, useState } from 'react';
import { callCloud } from '../cloud/call-cloud.ts';
import { queries } from '../cloud/queries.ts';
import { nameOfType } from '../tasks/task-words.ts';

/** Asks for the name of a new batch and the project of its tasks. */
export function NewBatchDialog(props: { onMade: (name: string) => void; onClose: () => void }): ReactElement {
  const [name, setName] = useState('');
  const [chosen, setChosen] = useState<string>();
  const [isBusy, setBusy] = useState(false);
  const [failure, setFailure] = useState<string>();
  const projects = useQuery({
    queryKey: ['projects'],
    queryFn: ({ signal }) => callCloud(projectEndpoints.listProjects, { signal }),
  }).data;
  const project = chosen ?? projects?.[0]?.name;
  const make = async (): Promise<void> => {
    if (project === undefined) return;
    setBusy(true);
    setFailure(undefined);
    try {
      const batch = await callCloud(projectEndpoints.createBatch, { body: { project, name: name.trim() } });
      await queries.invalidateQueries({ queryKey: ['batch-views'] });
      props.onMade(batch.name);
      props.onClose();
    } catch (error) {
      setFailure(failureSentence(error));
      setBusy(false);
    }
  };
  return (
    <Dialog title="New batch" size="small" onClose={props.onClose}>
      <form
        className="dialog-body"
        onSubmit={(event) => {
          event.preventDefault();
          if (name.trim() !== '') void make();
        }}
      >
        <label className="col g3">
          <span className="sm t2">Name, unique among your batches</span>
          <span className="inp tall">
            <input value={name} maxLength={200} data-first onChange={({ target }) => setName(target.value)} />
          </span>
        </label>
        {projects !== undefined && projects.length === 0 ? (
          <p className="note">
            There is no project yet: <code>POST /v1/projects</code> with a <code>name</code> and a <code>type</code>{' '}
            makes one.
          </p>
        ) : (
          <label className="col g3">
            <span className="sm t2">Project</span>
            <select className="inp tall" value={project ?? ''} onChange={({ target }) => setChosen(target.value)}>
              {(projects ?? []).map((each) => (
                <option key={each.name} value={each.name}>
                  {visibleText(each.name)}, {nameOfType(each.type)}
                </option>
              ))}
            </select>
          </label>
        )}
        {failure !== undefined && (
          <p className="note d" role="alert">
            {failure}
          </p>
        )}
        <button type="submit" className="btn lead" disabled={name.trim() === '' || project === undefined || isBusy}>
          Make batch
        </button>
      </form>
    </Dialog>
  );
}
