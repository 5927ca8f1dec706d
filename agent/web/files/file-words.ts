/** States of files in words. Pure. */
import type { LocalItem } from '@nucleus/shared/wire/local-item';

export const stateWords: Record<LocalItem['state'], string> = {
  'pending': 'waiting to be read',
  'queued': 'queued for the cloud',
  'synced': 'acknowledged by the cloud',
  'dead-letter': 'refused by the cloud for good',
  'exception': 'not readable as a picture',
  'gone': 'no longer on disk',
};

const exceptionWords: Record<string, string> = {
  'empty': 'Empty file',
  'truncated': 'Cut off',
  'undecodable': 'Damaged',
  'unsupported-format': 'Not a picture',
  'no-dimensions': 'No dimensions',
  'too-many-pixels': 'Too many pixels',
  'too-large': 'Too large',
  'timed-out': 'Took too long',
  'crashed': 'Crashed the decoder',
  'changed-while-reading': 'Still changing',
  'unreadable': 'Cannot be opened',
};

export function exceptionWord(code: string | undefined): string {
  return exceptionWords[code ?? ''] ?? 'Not decodable';
}

/** Whether the agent can make a preview of it. */
export function hasPreview(file: LocalItem): boolean {
  if (file.state === 'exception' || file.state === 'pending' || file.state === 'gone') return false;
  return file.no_pixels === undefined || file.has_poster === true;
}

/** Formats that browsers draw by themselves, so that the original can be shown at full size. */
export function isDrawable(format: string | undefined): boolean {
  return format !== undefined && ['jpeg', 'png', 'webp', 'gif', 'avif', 'bmp'].includes(format);
}
