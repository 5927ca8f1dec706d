import { z } from 'zod';

/** Body of every error of our own routes; the Nucleus routes answer only `error`. The code is always in `x-error-code`. */
export const ErrorReply = z.object({
  error: z.string(),
  code: z.string().optional(),
  at: z.union([z.string(), z.object({ start: z.int(), end: z.int() })]).optional(),
});
export type ErrorReply = z.infer<typeof ErrorReply>;

export const errorCodeHeader = 'x-error-code';
