import { count } from '@nucleus/shared/ui/words/quantities.ts';
import { visibleText } from '@nucleus/shared/ui/words/visible-text.ts';
import type { ReactElement } from 'react';
import type { ColourOf } from '../labels/class-colours.ts';
import type { LabelView } from '../labels/label-views.ts';
import type { Sensor } from './frames.ts';

interface FrameLabelsProps {
  labels: readonly LabelView[];
  sensors: readonly Sensor[];
  colourOf: ColourOf;
}

/** The annotations of a frame, class by class, in all sensors. */
export function FrameLabels({ labels, sensors, colourOf }: FrameLabelsProps): ReactElement {
  const rows = new Map<string, { name: string; kind: string; tracks: Set<string>; count: number }>();
  for (const { name, kind, track } of labels) {
    const row = rows.get(`${kind} ${name}`) ?? { name, kind, tracks: new Set<string>(), count: 0 };
    row.count += 1;
    if (track !== undefined) row.tracks.add(track);
    rows.set(`${kind} ${name}`, row);
  }
  return (
    <section className="card" aria-label="Annotations of the frame">
      <header>
        <h2>Annotations of the frame</h2>
        <span className="sm t2 end">
          {count(labels.length)} in {count(sensors.length)} {sensors.length === 1 ? 'item' : 'sensors'}
        </span>
      </header>
      {rows.size === 0 ? (
        <p className="in sm t2">This frame has none.</p>
      ) : (
        <div className="tscroll">
          <table>
            <thead>
              <tr>
                <th>Class</th>
                <th>Kind</th>
                <th>Tracks</th>
                <th className="num">Labels</th>
              </tr>
            </thead>
            <tbody>
              {[...rows].map(([key, row]) => (
                <tr key={key}>
                  <td>
                    <span className="row g3">
                      <span
                        className="label-dot"
                        style={{ background: `var(--d${colourOf(row.name)})` }}
                        aria-hidden="true"
                      />
                      {visibleText(row.name)}
                    </span>
                  </td>
                  <td className="t2">{row.kind}</td>
                  <td className="t2">{[...row.tracks].map(visibleText).join(', ')}</td>
                  <td className="num">{count(row.count)}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
    </section>
  );
}
