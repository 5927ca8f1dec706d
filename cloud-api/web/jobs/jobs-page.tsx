import { failureSentence } from '@nucleus/shared/ui/client/call-failure.ts';
import { EmptyState } from '@nucleus/shared/ui/parts/empty-state.tsx';
import { jobEndpoints } from '@nucleus/shared/wire/jobs';
import { useQuery } from '@tanstack/react-query';
import { CloudOff, ListChecks } from 'lucide-react';
import { type ReactElement, useEffect, useState } from 'react';
import { callCloud } from '../cloud/call-cloud.ts';
import { useDatasets } from '../cloud/lists.ts';
import { JobRow } from './job-row.tsx';

const shown = 200;
const refreshMs = 2_000;

/** What the cloud is working on and has worked on: the newest jobs, their progress and what went wrong. */
export function JobsPage(): ReactElement {
  const [showsEnded, setShowsEnded] = useState(true);
  const datasets = useDatasets().data;
  const jobs = useQuery({
    queryKey: ['jobs', showsEnded],
    queryFn: ({ signal }) =>
      callCloud(jobEndpoints.listJobs, { body: { limit: shown, show_completed: showsEnded }, signal }),
    refetchInterval: refreshMs,
  });
  useEffect(() => {
    document.title = 'Jobs · Nucleus';
  }, []);
  if (jobs.data === undefined) {
    if (!jobs.isError) return <div className="page" aria-busy="true" />;
    return (
      <EmptyState icon={CloudOff} title="The jobs did not load">
        <p>{failureSentence(jobs.error)}</p>
      </EmptyState>
    );
  }
  return (
    <div className="page">
      <div className="phead">
        <div className="grow">
          <h1>Jobs</h1>
          <p>
            Asynchronous uploads, samples, deduplication and exports. A job survives a restart of the cloud and goes on
            where it was.
          </p>
        </div>
        <label className="row g5 sm">
          <input type="checkbox" checked={showsEnded} onChange={() => setShowsEnded(!showsEnded)} />
          Completed ones too
        </label>
      </div>
      {jobs.data.length === 0 ? (
        <EmptyState icon={ListChecks} title={showsEnded ? 'No jobs yet' : 'Nothing is running'}>
          <p>
            Requests with <code>asynchronous=True</code> in the Python client become jobs, and so do samples, frozen
            slices and deduplication.
          </p>
        </EmptyState>
      ) : (
        <section className="card" aria-label="Jobs">
          <div className="tscroll">
            <table>
              <thead>
                <tr>
                  <th>Job</th>
                  <th>Dataset</th>
                  <th>State</th>
                  <th>Progress</th>
                  <th>Begun</th>
                  <th>
                    <span className="sr">Actions</span>
                  </th>
                </tr>
              </thead>
              <tbody>
                {jobs.data.map((job) => (
                  <JobRow
                    key={job.job_id}
                    job={job}
                    dataset={datasets?.find((view) => view.dataset_id === job.dataset_id)}
                  />
                ))}
              </tbody>
            </table>
          </div>
        </section>
      )}
    </div>
  );
}
