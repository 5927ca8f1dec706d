import { createInterface } from 'node:readline';
import { Writable } from 'node:stream';
import { AppError } from '@nucleus/shared/failure/app-error';
import type { Terminal } from './terminal.ts';

/** Asks a person, one line an answer. */
export interface Asker {
  /** Asks again until `accept` takes the answer; an empty one is `fallback`. @throws AppError `usage` when the input ends. */
  ask<T>(
    question: string,
    fallback: string | undefined,
    accept: (answer: string) => T | { refused: string },
  ): Promise<T>;
  close(): void;
}

/** @param isSecret answers are not shown while they are typed. */
export function openAsker(terminal: Terminal, input: NodeJS.ReadableStream | undefined, isSecret = false): Asker {
  if (!input) throw new AppError('usage', 'There is no input to read answers from; use --yes and flags.');
  const isTyped = 'isTTY' in input && input.isTTY === true;
  const silent = new Writable({ write: (_chunk, _encoding, done) => done() });
  const lines = createInterface({
    input,
    ...(isTyped ? { output: isSecret ? silent : process.stderr, terminal: true } : {}),
  });
  const answers = lines[Symbol.asyncIterator]();
  return {
    async ask(question, fallback, accept) {
      for (;;) {
        terminal.note(`${question}${fallback === undefined ? '' : ` [${fallback}]`}: `);
        const { value, done } = await answers.next();
        if (isSecret || !isTyped) terminal.note('\n');
        if (done) throw new AppError('usage', 'The input ended before every question was answered.');
        const taken = accept(
          value.trim() === '' && fallback !== undefined ? fallback : isSecret ? value : value.trim(),
        );
        if (!isRefused(taken)) return taken;
        terminal.note(`  ${taken.refused}\n`);
      }
    },
    close: () => lines.close(),
  };
}

function isRefused(taken: unknown): taken is { refused: string } {
  return typeof taken === 'object' && taken !== null && 'refused' in taken;
}
