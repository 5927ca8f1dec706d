/** The running agent's ear for its own command line: JSON over HTTP on a unix socket that only the owner can open. */
import { chmodSync, rmSync } from 'node:fs';
import { createServer, type IncomingMessage } from 'node:http';
import { AppError } from '@nucleus/shared/failure/app-error';
import { z } from 'zod';

/** What can be asked. Each handler checks nothing: parameters are parsed here. */
export const controlCommands = {
  'status': z.strictObject({}),
  'open': z.strictObject({}),
  'compare': z.strictObject({}),
  'sessions': z.strictObject({}),
  'revoke-sessions': z.union([z.strictObject({ session_id: z.string() }), z.strictObject({ all: z.literal(true) })]),
  'confirm-deletions': z.strictObject({ source: z.string().optional() }),
  'link': z.strictObject({
    reference_id: z.string(),
    source: z.string().optional(),
    variant: z.string(),
    minutes: z.number(),
  }),
} as const;
export type ControlCommand = keyof typeof controlCommands;
export type ControlHandlers = { [C in ControlCommand]: (parameters: z.output<(typeof controlCommands)[C]>) => unknown };

const maxBodyBytes = 64 * 1024;

/**
 * Listens on `path`. A socket left by a killed agent is replaced; the data directory's lock makes sure that nobody else listens there.
 * @returns a function that closes it.
 */
export async function serveControl(path: string, handlers: ControlHandlers): Promise<() => Promise<void>> {
  rmSync(path, { force: true });
  const server = createServer((request, response) => {
    void answer(request, handlers).then(({ status, body }) => {
      response.writeHead(status, { 'content-type': 'application/json', 'connection': 'close' });
      response.end(JSON.stringify(body));
    });
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    // the folder is 0700, so nobody reaches the socket in the moment before its own mode is set
    server.listen(path, () => {
      chmodSync(path, 0o600);
      resolve();
    });
  });
  return () =>
    new Promise((resolve) => {
      server.closeAllConnections();
      server.close(() => resolve());
    });
}

async function answer(request: IncomingMessage, handlers: ControlHandlers): Promise<{ status: number; body: unknown }> {
  try {
    const name = (request.url ?? '').slice(1);
    if (request.method !== 'POST' || !isCommand(name))
      throw new AppError('not-found', 'The agent knows no such command.');
    const parsed = controlCommands[name].safeParse(JSON.parse(await readBody(request)));
    if (!parsed.success) throw new AppError('invalid-request', 'The command has a parameter that is wrong.');
    const handle = handlers[name] as (parameters: unknown) => unknown;
    return { status: 200, body: (await handle(parsed.data)) ?? {} };
  } catch (error) {
    const failure =
      error instanceof AppError
        ? error
        : new AppError('internal', 'The agent failed at this command.', { cause: error });
    return { status: failure.status, body: { error: failure.message, code: failure.code } };
  }
}

const isCommand = (name: string): name is ControlCommand => Object.hasOwn(controlCommands, name);

async function readBody(request: IncomingMessage): Promise<string> {
  let text = '';
  for await (const chunk of request.setEncoding('utf8')) {
    text += chunk;
    if (text.length > maxBodyBytes) throw new AppError('body-too-large', 'The command is too long.');
  }
  return text;
}
