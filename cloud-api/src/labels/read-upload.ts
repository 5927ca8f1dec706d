/** Reads what an upload of labels says, in each of its three forms (wire contract 9.2). */
import { AppError } from '@nucleus/shared/failure/app-error';
import { LabelUpload } from '@nucleus/shared/wire/annotations';
import type { Request, Response } from 'express';
import type { Attachments } from '../attachments/open-attachments.ts';
import { multipartLimits, readMultipart } from '../http/read-multipart.ts';
import { isMultipart } from '../items/read-uploads.ts';
import type { LabelBatch } from './write-labels.ts';

/** An upload by value, or the name of one that was put in place before. */
export type ReadUpload = LabelBatch | { requestId: string; update: boolean };

/**
 * @param readJson reads a JSON body
 * @param assertTakesFiles throws where files are refused, before any is read
 * @throws AppError `invalid-request`, `invalid-json`, `body-too-large`
 */
export async function readLabelUpload(
  attachments: Attachments,
  { request, response }: { request: Request; response: Response },
  readJson: (request: Request, response: Response) => Promise<unknown>,
  assertTakesFiles: () => Promise<void>,
): Promise<ReadUpload & { trainedSliceId: string | undefined }> {
  if (!isMultipart(request)) return toBatch(LabelUpload.parse(await readJson(request, response)));
  await assertTakesFiles();
  const { fields, files } = await readMultipart(
    request,
    multipartLimits,
    (body) => attachments.stage(body),
    (staged) => attachments.dropStaged(staged),
  );
  try {
    const batch = toBatch(LabelUpload.parse(fields.get('serialized_request') ?? {}));
    if ('requestId' in batch || batch.rows.length < files.length)
      throw new AppError('invalid-request', 'segmentations: must be a list with one mask for each file.', {
        at: 'segmentations',
      });
    return { ...batch, uploads: files };
  } catch (error) {
    await Promise.all(files.map((staged) => attachments.dropStaged(staged)));
    throw error;
  }
}

function toBatch(upload: LabelUpload): ReadUpload & { trainedSliceId: string | undefined } {
  const trainedSliceId = upload.trained_slice_id ?? undefined;
  if ('requestId' in upload) return { requestId: upload.requestId, update: upload.update, trainedSliceId };
  const masks = (upload.segmentations ?? []).map((mask) =>
    typeof mask === 'object' && mask !== null ? { ...mask, type: 'mask' } : mask,
  );
  return { rows: [...(upload.annotations ?? []), ...masks], update: upload.update, trainedSliceId };
}
