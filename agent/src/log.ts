import { type DestinationStream, destination, type Logger, pino } from 'pino';

/** The only fields that reach a log. A path, a name, a key, a token or a link is none of them, so none can slip in with an object. */
const allowed = new Set([
  'stage',
  'source',
  'reason',
  'hint',
  'code',
  'count',
  'failures',
  'waitMs',
  'tookMs',
  'bytes',
  'status',
  'n',
  'requests',
  'owed',
  'unknown',
  'removed_by_user',
  'part',
  'files',
  'catalogued',
  'excluded',
  'exceptions',
  'held',
  'pid',
  'method',
  'route',
  'version',
  'exit',
  'signal',
  'strikes',
  'alias',
  'trouble',
]);

export const logLevels = ['debug', 'info', 'warn', 'error'] as const;
export type LogLevel = (typeof logLevels)[number];

/** Log lines as JSON on stderr; what is not on the list is dropped, an error keeps its code and the name of its class. */
export function openLog({
  level = 'info',
  stream = destination(2),
}: {
  level?: LogLevel;
  stream?: DestinationStream;
} = {}): Logger {
  return guardChildren(
    pino(
      {
        base: null,
        level,
        formatters: {
          level: (level) => ({ level }),
          log: allowFields,
        },
        timestamp: pino.stdTimeFunctions.isoTime,
      },
      stream,
    ),
  );
}

/** pino formats no binding of a child, so they are filtered on their way in. */
function guardChildren(log: Logger): Logger {
  const child = log.child.bind(log);
  log.child = ((bindings: Record<string, unknown>) =>
    guardChildren(child(allowFields(bindings)))) as unknown as typeof log.child;
  return log;
}

/** The fields of `fields` that may be logged. Values are enums, numbers and short constants by convention of the callers. */
function allowFields(fields: Record<string, unknown>): Record<string, unknown> {
  const kept = Object.entries(fields).filter(([key, value]) => allowed.has(key) && typeof value !== 'object');
  const { err } = fields;
  if (!(err instanceof Error)) return Object.fromEntries(kept);
  const code = 'code' in err && typeof err.code === 'string' ? err.code : 'internal';
  return { ...Object.fromEntries(kept), code, errorClass: err.name };
}
