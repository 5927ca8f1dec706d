/** One CSV from its file to its import: sent, checked, shown, imported. */
import { failureSentence } from '@nucleus/shared/ui/client/call-failure.ts';
import { jobEndpoints } from '@nucleus/shared/wire/jobs';
import { type CsvRun, CsvSummary, resumableEndpoints } from '@nucleus/shared/wire/resumable';
import { useEffect, useRef, useState } from 'react';
import { callCloud } from '../cloud/call-cloud.ts';
import { sendFile, type UploadTarget } from './send-file.ts';

export type CsvStand =
  | { step: 'none' }
  | { step: 'sending'; name: string; share: number }
  | { step: 'checking'; name: string }
  | { step: 'checked' | 'imported'; name: string; bytes: number; uploadId: string; summary: CsvSummary }
  | { step: 'importing'; name: string; done: number; total: number }
  | { step: 'failed'; sentence: string };

const pollMs = 700;

/** What stands, and what can be done about it. A job goes on when the page is left. */
export function useCsv(target: UploadTarget): {
  stand: CsvStand;
  begin: (file: File) => void;
  runImport: () => void;
  forget: () => void;
} {
  const [stand, setStand] = useState<CsvStand>({ step: 'none' });
  const current = useRef<AbortController>(undefined);
  useEffect(() => () => current.current?.abort(), []);

  const renew = (): AbortSignal => {
    current.current?.abort();
    current.current = new AbortController();
    return current.current.signal;
  };
  const fail = (signal: AbortSignal, error: unknown): void => {
    if (!signal.aborted) setStand({ step: 'failed', sentence: failureSentence(error) });
  };

  const begin = (file: File): void => {
    const signal = renew();
    const { name, size } = file;
    setStand({ step: 'sending', name, share: 0 });
    const sending = sendFile(
      file,
      { name, target, purpose: 'csv' },
      {
        progress: (sent) => setStand({ step: 'sending', name, share: size === 0 ? 1 : sent / size }),
        taking: () => setStand({ step: 'checking', name }),
        arrived: ({ id }) =>
          void follow(id, 'check', signal, () => undefined)
            .then((summary) => {
              if (!signal.aborted) setStand({ step: 'checked', name, bytes: size, uploadId: id, summary });
            })
            .catch((error: unknown) => fail(signal, error)),
        failed: (sentence) => setStand({ step: 'failed', sentence }),
      },
    );
    signal.addEventListener('abort', () => sending.stop());
    sending.start();
  };

  const runImport = (): void => {
    if (stand.step !== 'checked') return;
    const { name, bytes, uploadId, summary: checked } = stand;
    const signal = renew();
    setStand({ step: 'importing', name, done: 0, total: checked.rows });
    void follow(uploadId, 'import', signal, (done) => setStand({ step: 'importing', name, done, total: checked.rows }))
      .then((summary) => {
        if (!signal.aborted) setStand({ step: 'imported', name, bytes, uploadId, summary });
      })
      .catch((error: unknown) => fail(signal, error));
  };
  const forget = (): void => {
    renew();
    setStand({ step: 'none' });
  };
  return { stand, begin, runImport, forget };
}

/** Starts a run and waits for its end. @throws CallFailure, Error with what the job says of its failure */
async function follow(
  uploadId: string,
  run: CsvRun,
  signal: AbortSignal,
  progress: (done: number) => void,
): Promise<CsvSummary> {
  const { job_id } = await callCloud(resumableEndpoints.runCsv, { params: { uploadId }, body: { run }, signal });
  for (;;) {
    const job = await callCloud(jobEndpoints.getJob, { params: { jobId: job_id }, signal });
    if (job.status === 'Completed') return CsvSummary.parse(job.message);
    if (job.status !== 'Running') throw new Error(String(job.message.final_error ?? 'The job was cancelled.'));
    progress(job.completed_steps);
    await new Promise((resolve) => setTimeout(resolve, pollMs));
    signal.throwIfAborted();
  }
}
