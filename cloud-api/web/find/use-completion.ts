import { type CompletionOption, insightEndpoints } from '@nucleus/shared/wire/insights';
import { useEffect, useState } from 'react';
import { callCloud } from '../cloud/call-cloud.ts';

export interface Completion {
  /** The text and the place in it that the options go on from. */
  text: string;
  caret: number;
  replaces: { start: number; end: number };
  options: readonly CompletionOption[];
}

const pauseMs = 90; // between keys of a fast typist

/** The ways to go on at a caret, asked for when typing pauses. An answer to an older text is given up. */
export function useCompletion(
  datasetId: string,
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
        const reply = await callCloud(insightEndpoints.completeQuery, {
          params: { datasetId },
          body: { query: text, caret },
          signal: controller.signal,
        });
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
  }, [datasetId, text, caret, isWanted]);
  return isWanted ? completion : undefined;
}
