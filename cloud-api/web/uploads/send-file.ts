/** Sends one file by the tus protocol, which goes on where it was cut, and asks what became of it. */
import { failureSentence } from '@nucleus/shared/ui/client/call-failure.ts';
import { ErrorReply } from '@nucleus/shared/wire/error-reply';
import { resumableEndpoints, type UploadPurpose, type UploadView } from '@nucleus/shared/wire/resumable';
import { DetailedError, Upload } from 'tus-js-client';
import { callCloud } from '../cloud/call-cloud.ts';
import type { Sending } from './upload-queue.ts';

export interface FileTold {
  progress: (sentBytes: number) => void;
  taking: () => void;
  /** The upload as the server sees it once all bytes are there. */
  arrived: (view: UploadView) => void;
  failed: (sentence: string, isFinal: boolean) => void;
}

/** Where it goes, as the upload's metadata names it. */
export type UploadTarget = { dataset_id: string } | { project: string; batch: string };

/** Smaller files go with the request that begins them: one request less. */
const wholeBytes = 1024 * 1024;
const partBytes = 16 * 1024 * 1024;
const retryMs = [500, 1500, 4000];

export function sendFile(
  file: File,
  given: { name: string; target: UploadTarget; purpose: UploadPurpose },
  told: FileTold,
): Sending {
  const metadata = { name: given.name, purpose: given.purpose, ...given.target };
  const askWhatBecame = async (id: string): Promise<void> => {
    told.taking();
    try {
      told.arrived(await callCloud(resumableEndpoints.getUpload, { params: { uploadId: id } }));
    } catch (error) {
      told.failed(failureSentence(error), false);
    }
  };
  const upload = new Upload(file, {
    endpoint: resumableEndpoints.createUpload.path,
    metadata,
    chunkSize: partBytes,
    retryDelays: retryMs,
    uploadDataDuringCreation: file.size <= wholeBytes,
    removeFingerprintOnSuccess: true,
    // The same file for another dataset is another upload.
    fingerprint: async () =>
      `nucleus ${Object.values(given.target).join(' ')} ${given.purpose} ${given.name} ${file.size} ${file.lastModified}`,
    onProgress: (sent) => told.progress(sent),
    onSuccess: () => void askWhatBecame(upload.url?.split('/').at(-1) ?? ''),
    onError: (error) => {
      const { sentence, isFinal } = explain(error);
      told.failed(sentence, isFinal);
    },
    onShouldRetry: (error) => !explain(error).isFinal,
  });
  const begin = async (): Promise<void> => {
    if (upload.url === null) {
      const [earlier] = await upload.findPreviousUploads();
      if (earlier !== undefined) upload.resumeFromPreviousUpload(earlier);
    }
    upload.start();
  };
  return { start: () => void begin(), stop: () => void upload.abort() };
}

/** What the server answered, or that nothing came. */
function explain(error: Error | DetailedError): { sentence: string; isFinal: boolean } {
  const response = error instanceof DetailedError ? error.originalResponse : null;
  if (response === null) return { sentence: 'The connection was lost.', isFinal: false };
  const status = response.getStatus();
  const said = ErrorReply.safeParse(readJson(response.getBody()));
  return {
    sentence: said.success ? said.data.error : `The server answered ${status}.`,
    // A place that is gone, or taken by another part, is begun anew.
    isFinal: status >= 400 && status < 500 && ![401, 404, 409, 410, 413, 423].includes(status),
  };
}

function readJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
