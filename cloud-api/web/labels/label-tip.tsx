import { visibleText } from '@nucleus/shared/ui/words/visible-text.ts';
import type { ReactElement } from 'react';
import type { LabelView } from './label-views.ts';

interface LabelTipProps {
  label: LabelView;
  layer: string;
  /** Where it points to, in CSS pixels of the box. */
  at: { x: number; y: number };
  box: { width: number; height: number };
}

const mostFields = 8;
const widthPx = 240;
const offsetPx = 14;

/** What is known of the label under the pointer, or of the one that the keys stand on. */
export function LabelTip({ label, layer, at, box }: LabelTipProps): ReactElement {
  const lines = linesOf(label, layer);
  const isLeft = at.x + offsetPx + widthPx > box.width;
  const isAbove = at.y > box.height / 2;
  return (
    <div
      className="label-tip sm"
      style={{
        ...(isLeft ? { right: Math.max(0, box.width - at.x + offsetPx) } : { left: at.x + offsetPx }),
        ...(isAbove ? { bottom: Math.max(0, box.height - at.y + offsetPx) } : { top: at.y + offsetPx }),
        maxWidth: Math.min(widthPx, box.width),
      }}
    >
      <b className="brk">{visibleText(label.name)}</b>
      <dl>
        {lines.map(([name, value]) => (
          <div key={name} className="row g3">
            <dt className="t3">{name}</dt>
            <dd className="end brk">{value}</dd>
          </div>
        ))}
      </dl>
    </div>
  );
}

/** The same as one sentence, for those who listen. */
export function sayLabel(label: LabelView, layer: string): string {
  return [visibleText(label.name), ...linesOf(label, layer).map(([name, value]) => `${name} ${value}`)].join(', ');
}

function linesOf(label: LabelView, layer: string): [string, string][] {
  const { confidence, track, taxonomy, metadata } = label;
  const fields = Object.entries(metadata);
  const more = fields.length - mostFields;
  return [
    ['kind', label.kind],
    ['by', visibleText(layer)],
    ...(confidence === undefined ? [] : [['confidence', confidence.toFixed(3)] as [string, string]]),
    ...(taxonomy === undefined ? [] : [['taxonomy', visibleText(taxonomy)] as [string, string]]),
    ...(track === undefined ? [] : [['track', visibleText(track)] as [string, string]]),
    ...fields
      .slice(0, mostFields)
      .map(([name, value]): [string, string] => [
        visibleText(name),
        visibleText(typeof value === 'string' ? value : JSON.stringify(value)).slice(0, 120),
      ]),
    ...(more > 0 ? [['more fields', String(more)] as [string, string]] : []),
  ];
}
