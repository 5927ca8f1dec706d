import type { NoPreviewReason } from '@nucleus/shared/wire/local';

/** Why a file has no record: a closed list, each with the sentence that people read. Neither a path nor a library's own words get in. */
export const exceptionSentences = {
  'empty': 'The file is empty.',
  'truncated': 'The picture ends before all of it is there.',
  'undecodable': 'The bytes are damaged or use a feature that the decoder does not know.',
  'unsupported-format': 'The file is not in a picture format that is taken in.',
  'no-video': 'The file holds sound and no moving picture.',
  'no-dimensions': 'The file does not say how large its picture is.',
  'too-many-pixels': 'The picture has more pixels than extract.max_pixels allows.',
  'too-large': 'The file has more bytes than extract.max_file_bytes allows.',
  'timed-out': 'Reading the picture took longer than extract.timeout_ms.',
  'crashed': 'The decoder crashed on this file.',
  'changed-while-reading': 'The file was changing while it was read; it is tried again.',
  'unreadable': 'The file could not be opened or read.',
} as const;

export type ExceptionCode = keyof typeof exceptionSentences;

/** Why a catalogued file has status no-pixels: it is known by its metadata, and nothing was made from its pixels. */
export const noPixelsSentences = {
  'hevc': 'The picture is compressed with HEVC, for which no decoder is shipped, and the file holds no JPEG of it.',
  'video': 'Nothing is made from the frames of a video.',
  'no-preview': 'The raw file holds no preview that can be decoded; its sensor data is not developed.',
  'bitmap-kind': 'The bitmap is of a kind that is not decoded.',
} as const satisfies Record<NoPreviewReason, string>;

export type NoPixelsCode = NoPreviewReason;
