import { z } from 'zod';

/**
 * A value that a schema takes, from the examples that its parts carry in their metadata, else the plainest one. Optional fields are left
 * out unless they carry an example. Pure.
 */
export function composeExample(schema: z.core.$ZodType): unknown {
  const given = z.globalRegistry.get(schema)?.example;
  if (given !== undefined) return given;
  const { def } = schema as z.core.$ZodTypes & { def: z.core.$ZodTypes['_zod']['def'] };
  switch (def.type) {
    case 'object': {
      const fields = Object.entries(def.shape).flatMap(([name, field]) => {
        const value = composeExample(field);
        return value === undefined ? [] : [[name, value] as const];
      });
      return Object.fromEntries(fields);
    }
    case 'array':
      return [composeExample(def.element)].filter((value) => value !== undefined);
    case 'record':
      return { weather: 'sun' };
    case 'union':
      return composeExample(def.options[0] as z.core.$ZodType);
    case 'enum':
      return Object.values(def.entries)[0];
    case 'literal':
      return def.values[0];
    case 'default':
      return def.defaultValue;
    case 'nullable':
    case 'readonly':
      return composeExample(def.innerType);
    case 'optional':
      return z.globalRegistry.get(def.innerType)?.example;
    case 'pipe':
      return composeExample(def.in);
    case 'boolean':
      return true;
    case 'number':
      return leastNumber(schema);
    case 'string':
      return 'text'.padEnd(schema instanceof z.ZodString ? (schema.minLength ?? 0) : 0, '.');
    case 'lazy':
      return {};
    default:
      return undefined;
  }
}

/** The least number from 1 that the schema takes. */
function leastNumber(schema: z.core.$ZodType): number {
  if (!(schema instanceof z.ZodNumber)) return 1;
  return Math.min(Math.max(1, schema.minValue ?? 1), schema.maxValue ?? 1);
}
