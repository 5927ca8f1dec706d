import { failureSentence } from '@nucleus/shared/ui/client/call-failure.ts';
import { CopyButton } from '@nucleus/shared/ui/parts/copy-button.tsx';
import { Dialog } from '@nucleus/shared/ui/parts/dialog.tsx';
import { say, sayFailure } from '@nucleus/shared/ui/toasts/toasts.ts';
import { count, counted, moment } from '@nucleus/shared/ui/words/quantities.ts';
import { visibleText } from '@nucleus/shared/ui/words/visible-text.ts';
import type { DatasetView } from '@nucleus/shared/wire/insights';
import { type JobHead, type JobState, jobEndpoints } from '@nucleus/shared/wire/jobs';
import { useQuery } from '@tanstack/react-query';
import { type ReactElement, useState } from 'react';
import { callCloud } from '../cloud/call-cloud.ts';
import { PageLink } from '../frame/page-link.tsx';
import { datasetPath } from '../route.ts';
import { nameOfJob, stateOfJob } from './job-words.ts';

const whileRunningMs = 1_000;

/** One job: progress while it runs, its errors afterwards. */
export function JobRow({ job, dataset }: { job: JobHead; dataset: DatasetView | undefined }): ReactElement {
  const [isOpen, setOpen] = useState(false);
  const isRunning = job.job_last_known_status === 'Running';
  const state = useQuery({
    queryKey: ['job', job.job_id, job.job_last_known_status],
    queryFn: ({ signal }) => callCloud(jobEndpoints.getJob, { params: { jobId: job.job_id }, signal }),
    refetchInterval: isRunning ? whileRunningMs : false,
    staleTime: isRunning ? 0 : Number.POSITIVE_INFINITY,
  }).data;
  const cancel = async (): Promise<void> => {
    try {
      const { cancelled } = await callCloud(jobEndpoints.cancelJob, { params: { jobId: job.job_id } });
      say(cancelled ? 'The job ends at its next step. What it has done stays.' : 'The job had ended already.');
    } catch (error) {
      sayFailure(failureSentence(error));
    }
  };
  const words = stateOfJob(job.job_last_known_status);
  return (
    <tr>
      <td>
        <b>{nameOfJob(job.job_type)}</b>
        <span className="row g2 nowrap xs t3">
          <code>{job.job_id}</code>
          <CopyButton text={job.job_id} name="Copy job id" />
        </span>
      </td>
      <td>
        {dataset === undefined ? (
          <span className="t3">{job.dataset_id === undefined ? 'none' : 'deleted'}</span>
        ) : (
          <PageLink to={datasetPath(dataset.dataset_id)}>{visibleText(dataset.name)}</PageLink>
        )}
      </td>
      <td>
        <span className={`pill sq ${words.tone}`}>{words.word}</span>
      </td>
      <td>{state !== undefined && <Progress state={state} isRunning={isRunning} />}</td>
      <td className="nowrap t2">{moment(job.job_creation_time)}</td>
      <td className="num">
        {isRunning ? (
          <button type="button" className="btn dense" onClick={() => void cancel()}>
            Cancel
          </button>
        ) : (
          <button type="button" className="btn ghost dense" onClick={() => setOpen(true)}>
            Details
          </button>
        )}
        {isOpen && <JobDialog job={job} state={state} onClose={() => setOpen(false)} />}
      </td>
    </tr>
  );
}

function Progress({ state, isRunning }: { state: JobState; isRunning: boolean }): ReactElement {
  const share = Number(state.job_progress);
  const steps = `${count(state.completed_steps)} of ${counted(state.total_steps, 'step')}`;
  if (!isRunning) return <span className="sm t2">{steps}</span>;
  return (
    <span className="col g2 job-progress">
      <span
        className="bar"
        role="progressbar"
        aria-valuenow={Math.round(share * 100)}
        aria-valuemin={0}
        aria-valuemax={100}
        aria-label={steps}
      >
        <b className="held" style={{ width: `${share * 100}%` }} />
      </span>
      <span className="xs t3">{steps}</span>
    </span>
  );
}

function JobDialog(props: { job: JobHead; state: JobState | undefined; onClose: () => void }): ReactElement {
  const { job, state } = props;
  const errors = useQuery({
    queryKey: ['job-errors', job.job_id],
    queryFn: ({ signal }) => callCloud(jobEndpoints.listJobErrors, { params: { jobId: job.job_id }, signal }),
  });
  return (
    <Dialog title={nameOfJob(job.job_type)} hint={stateOfJob(job.job_last_known_status).word} onClose={props.onClose}>
      <div className="dialog-body">
        {state !== undefined && Object.keys(state.message).length > 0 && (
          <>
            <h3>Result</h3>
            <pre className="code job-result">{JSON.stringify(state.message, null, 2).slice(0, 4000)}</pre>
          </>
        )}
        <h3>{errors.data === undefined ? 'Errors' : counted(errors.data.length, 'error')}</h3>
        {errors.isError && <p className="note d">{failureSentence(errors.error)}</p>}
        {errors.data?.length === 0 && <p className="sm t2">Every row was taken.</p>}
        {errors.data !== undefined && errors.data.length > 0 && (
          <ul className="code job-result">
            {errors.data.slice(0, 200).map((line, at) => (
              <li key={at}>{visibleText(line)}</li>
            ))}
          </ul>
        )}
      </div>
    </Dialog>
  );
}
