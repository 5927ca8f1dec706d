import { z } from 'zod';

/** Largest page that one request may ask for; asking for more is no error and gets this many. */
export const maxPageSize = 100_000;

/** A paged request as the Python client sends it. */
export const PageRequest = z.object({
  pageToken: z.string().nullish(),
  pageSize: z.int().min(1).default(maxPageSize),
});
export type PageRequest = z.infer<typeof PageRequest>;

/** `nextPageToken` is on every page; the client stops when it is null. */
export const NextPage = { nextPageToken: z.string().nullable() };
