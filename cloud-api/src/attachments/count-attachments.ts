import { AppError } from '@nucleus/shared/failure/app-error';
import type { Metrics } from '../http/metrics.ts';
import type { KeptImage } from './kept-image.ts';
import type { Attachments } from './open-attachments.ts';

/** The same attachments, with every picture counted by how it came in and how that ended. */
export function countAttachments(attachments: Attachments, metrics: Metrics): Attachments {
  const counted = async (way: 'fetch' | 'upload', work: () => Promise<KeptImage>): Promise<KeptImage> => {
    const stop = metrics.attachmentSeconds.startTimer({ way });
    let result = 'failed';
    try {
      const kept = await work();
      result = 'kept';
      metrics.attachmentBytes.inc(kept.bytes);
      return kept;
    } catch (error) {
      if (error instanceof AppError) result = error.code === 'attachment-unreachable' ? 'unreachable' : 'refused';
      throw error;
    } finally {
      metrics.attachments.inc({ way, result });
      stop();
    }
  };
  return {
    ...attachments,
    fetchImage: (...asked) => counted('fetch', () => attachments.fetchImage(...asked)),
    keepStaged: (...asked) => counted('upload', () => attachments.keepStaged(...asked)),
  };
}
