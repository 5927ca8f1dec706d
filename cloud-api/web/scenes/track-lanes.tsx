import { count, counted } from '@nucleus/shared/ui/words/quantities.ts';
import { visibleText } from '@nucleus/shared/ui/words/visible-text.ts';
import type { TrackSpans } from '@nucleus/shared/wire/scenes';
import type { ReactElement } from 'react';
import type { ColourOf } from '../labels/class-colours.ts';

interface TrackLanesProps {
  tracks: readonly TrackSpans[];
  frames: number;
  frame: number;
  colourOf: ColourOf;
  onFrame: (frame: number) => void;
}

/** On which frames each track has labels; a press goes to where it begins, or to its next stretch. */
export function TrackLanes({ tracks, frames, frame, colourOf, onFrame }: TrackLanesProps): ReactElement {
  if (tracks.length === 0) return <p className="in sm t2">No label of this scene names a track.</p>;
  const share = (at: number): string => `${(100 * at) / frames}%`;
  return (
    <ul className="lanes">
      {tracks.map(({ reference_id: ref, labels, count: total, spans }) => {
        const isHere = spans.some(({ from, to }) => from <= frame && frame <= to);
        const next = spans.find(({ from }) => from > frame) ?? spans[0];
        return (
          <li key={ref}>
            <button
              type="button"
              className={`lane${isHere ? ' here' : ''}`}
              aria-label={`Track ${visibleText(ref)}, ${labels.map(visibleText).join(' and ')}, ${spansInWords(spans)}`}
              onClick={() => onFrame(next?.from ?? frame)}
            >
              <span className="row g3 sm lane-name">
                <span
                  className="label-dot"
                  style={{ background: `var(--d${colourOf(labels[0] ?? '')})` }}
                  aria-hidden="true"
                />
                <b className="cut">{visibleText(ref)}</b>
                <span className="t3 cut">{labels.map(visibleText).join(', ')}</span>
              </span>
              <span className="lane-bar">
                {spans.map(({ from, to }) => (
                  <i
                    key={from}
                    style={{
                      left: share(from),
                      width: share(to - from + 1),
                      background: `var(--d${colourOf(labels[0] ?? '')})`,
                    }}
                  />
                ))}
                <i className="lane-now" style={{ left: share(frame + 0.5) }} />
              </span>
              <span className="sm t3 nowrap lane-count">{counted(total, 'label')}</span>
            </button>
          </li>
        );
      })}
    </ul>
  );
}

function spansInWords(spans: TrackSpans['spans']): string {
  const words = spans.map(({ from, to }) => (from === to ? count(from + 1) : `${count(from + 1)} to ${count(to + 1)}`));
  return spans.length === 0 ? 'no labels' : `frames ${words.join(', ')}`;
}
