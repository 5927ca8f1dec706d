import { type Level, levelSentences, levels } from '@nucleus/shared/record/levels';
import type { ReactElement } from 'react';

/** A privacy level as one to three bars and its word; what the bars say, the word says too. */
export function LevelMark({ level }: { level: string }): ReactElement {
  const at = levels.indexOf(level as Level);
  const known = levels[at];
  return (
    <span className="lvl" title={known === undefined ? undefined : levelSentences[known]}>
      <i aria-hidden="true">
        {levels.map((step, place) => (
          <b key={step} className={place <= at ? 'on' : ''} />
        ))}
      </i>
      {level}
    </span>
  );
}
