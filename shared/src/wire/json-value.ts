import { z } from 'zod';

type JsonType = z.core.util.JSONType;

/**
 * Whatever JSON can hold, at any depth. What `z.json()` accepts, told in a single walk: a schema that tries each kind at every value takes
 * a second for the items of one large append.
 */
export const JsonValue = z
  .unknown()
  .refine((value) => isJson(value, 0), 'must be JSON, at most 200 deep') as unknown as z.ZodType<JsonType>;

/** Deeper than this nothing is read: a walk of a hostile depth would not come back. */
const mostDepth = 200;

function isJson(value: unknown, depth: number): boolean {
  if (value === null || typeof value === 'string' || typeof value === 'boolean') return true;
  if (typeof value === 'number') return Number.isFinite(value);
  if (typeof value !== 'object' || depth === mostDepth) return false;
  const members = Array.isArray(value) ? value : Object.values(value);
  for (const member of members) if (!isJson(member, depth + 1)) return false;
  return true;
}
