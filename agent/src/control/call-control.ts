import { request } from 'node:http';
import { AppError } from '@nucleus/shared/failure/app-error';
import { type ErrorCode, errorCodes } from '@nucleus/shared/failure/error-codes';
import type { z } from 'zod';
import type { ControlCommand, controlCommands } from './serve-control.ts';

/**
 * Asks the running agent. Undefined when none is running at `path`.
 * @throws AppError as the agent answered.
 */
export async function callControl<C extends ControlCommand>(
  path: string,
  command: C,
  parameters: z.input<(typeof controlCommands)[C]>,
): Promise<unknown> {
  const reply = await new Promise<{ status: number; text: string } | undefined>((resolve, reject) => {
    const call = request(
      { socketPath: path, path: `/${command}`, method: 'POST', headers: { 'content-type': 'application/json' } },
      (response) => {
        let text = '';
        response.setEncoding('utf8');
        response.on('data', (chunk: string) => (text += chunk));
        response.on('end', () => resolve({ status: response.statusCode ?? 0, text }));
        response.on('error', reject);
      },
    );
    call.on('error', (error: NodeJS.ErrnoException) =>
      error.code === 'ENOENT' || error.code === 'ECONNREFUSED' ? resolve(undefined) : reject(error),
    );
    call.end(JSON.stringify(parameters));
  });
  if (!reply) return undefined;
  const body = JSON.parse(reply.text) as { error?: string; code?: string };
  if (reply.status === 200) return body;
  const code = body.code !== undefined && Object.hasOwn(errorCodes, body.code) ? (body.code as ErrorCode) : 'internal';
  throw new AppError(code, body.error ?? 'The agent failed at this command.');
}
