import { levelSentences } from '@nucleus/shared/record/levels';
import { BlurCanvas } from '@nucleus/shared/ui/blur/blur-canvas.tsx';
import { BitsBar } from '@nucleus/shared/ui/parts/bits-bar.tsx';
import { CopyButton } from '@nucleus/shared/ui/parts/copy-button.tsx';
import { JsonView } from '@nucleus/shared/ui/parts/json-view.tsx';
import { LevelMark } from '@nucleus/shared/ui/parts/level-mark.tsx';
import { bytes } from '@nucleus/shared/ui/words/quantities.ts';
import type { LevelView } from '@nucleus/shared/wire/viewer';
import type { ReactElement } from 'react';

interface LevelsProps {
  levels: readonly LevelView[];
  aspect: number;
}

/** What an attacker could draw at each level, side by side. */
export function LevelBlurs({ levels, aspect }: LevelsProps): ReactElement {
  return (
    <section className="col g3">
      <h3>What an attacker could draw at each level</h3>
      <div className="level-blurs">
        {levels.map((view) => (
          <figure key={view.level}>
            <LevelBlur view={view} aspect={aspect} />
            <figcaption className="xs t2">
              {view.level}
              {view.is_current && ', in force'}
            </figcaption>
          </figure>
        ))}
      </div>
    </section>
  );
}

function LevelBlur({ view, aspect }: { view: LevelView; aspect: number }): ReactElement {
  return (
    <div className={`thumb${view.is_current ? ' now' : ''}`} style={{ aspectRatio: aspect }}>
      {view.blurhash === undefined ? (
        <span className="mid xs">nothing</span>
      ) : (
        <BlurCanvas key={view.blurhash} hash={view.blurhash} aspect={aspect} />
      )}
    </div>
  );
}

/** Every level with its bits, its picture and its exact record. */
export function LevelViews({ levels, aspect }: LevelsProps): ReactElement {
  if (levels.length === 0) return <p className="sm t2">A file without a record would send nothing at any level.</p>;
  return (
    <>
      {levels.map((view) => (
        <section className="card" key={view.level} aria-label={`Level ${view.level}`}>
          <header>
            <LevelMark level={view.level} />
            {view.is_current && <span className="pill sq cl">in force</span>}
            <span className="end xs t3">{bytes(new TextEncoder().encode(view.body).length)}</span>
            <CopyButton text={view.body} name={`Copy the record at ${view.level}`} />
          </header>
          <div className="in col g5">
            <p className="sm t2">{levelSentences[view.level]}</p>
            <div className="row left-picture">
              <span className="left-blur">
                <LevelBlur view={view} aspect={aspect} />
              </span>
              <div className="grow">
                <BitsBar fields={view.fields} budget={view.budget_bits} />
              </div>
            </div>
            <details>
              <summary className="sm">The record, as it would be sent</summary>
              <JsonView value={JSON.parse(view.body)} label={`Record at level ${view.level}`} />
            </details>
          </div>
        </section>
      ))}
      <p className="xs t3">
        Computed now, on this host, by the code that makes what is sent. A vector, which level rich can carry, is not
        made by this agent.
      </p>
    </>
  );
}
