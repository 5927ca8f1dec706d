import { AppError } from '@nucleus/shared/failure/app-error';
import { CommanderError } from 'commander';

/** Says what went wrong in one sentence and answers the exit code. */
export function reportFailure(error: unknown): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2; // commander has said it already
  if (error instanceof AppError) {
    process.stderr.write(`${error.message}\n`);
    return error.exit;
  }
  process.stderr.write(
    `Unexpected failure: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`,
  );
  return 1;
}
