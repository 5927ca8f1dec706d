import type { CompletionOption } from '@nucleus/shared/wire/insights';
import { useEffect, useState } from 'react';

export interface Completion {
  /** The text and the place in it that the options go on from. */
  text: string;
  caret: number;
  replaces: { start: number; end: number };
  options: readonly CompletionOption[];
}

/** Answers the ways to go on at a caret; may reject, which shows none. */
export type Complete = (
  query: string,
  caret: number,
  signal: AbortSignal,
) => Promise<Pick<Completion, 'replaces' | 'options'>>;

const pauseMs = 90; // between keys of a fast typist

/** The ways to go on at a caret, asked for when typing pauses. An answer to an older text is given up. */
export function useCompletion(
  complete: Complete,
  text: string,
  caret: number,
  isWanted: boolean,
): Completion | undefined {
  const [completion, setCompletion] = useState<Completion>();
  useEffect(() => {
    if (!isWanted) return;
    const controller = new AbortController();
    const ask = async (): Promise<void> => {
      try {
        const reply = await complete(text, caret, controller.signal);
        if (!controller.signal.aborted) setCompletion({ text, caret, ...reply });
      } catch {
        // A query can be typed without options.
      }
    };
    const timer = setTimeout(() => void ask(), pauseMs);
    return () => {
      clearTimeout(timer);
      controller.abort();
    };
  }, [complete, text, caret, isWanted]);
  return isWanted ? completion : undefined;
}
