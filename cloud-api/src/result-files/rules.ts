/** How long the files of a job are kept after its end. */
export const keepResultsMs = 24 * 60 * 60 * 1000;

/** Order is part of the format of links: only ever append. */
export const resultFormats = ['json', 'jsonl', 'csv', 'coco'] as const;
export type ResultFormat = (typeof resultFormats)[number];
