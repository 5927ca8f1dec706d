import { Fragment, type ReactElement, useMemo } from 'react';

interface JsonViewProps {
  value: unknown;
  label: string;
}

// A key with its colon, a text, a number or a word of JSON; everything else is punctuation.
const tokens = /("(?:[^"\\]|\\.)*"\s*:)|("(?:[^"\\]|\\.)*")|(-?\d[\d.eE+-]*|\b(?:true|false|null)\b)/g;

/** JSON as coloured text, indented. */
export function JsonView({ value, label }: JsonViewProps): ReactElement {
  const parts = useMemo(() => coloured(JSON.stringify(value, null, 2) ?? ''), [value]);
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls, so it must be reachable by keyboard
    <section className="code" tabIndex={0} aria-label={label}>
      <pre>
        {parts.map(({ text, kind }, at) => (
          <Fragment key={at}>{kind === '' ? text : <span className={kind}>{text}</span>}</Fragment>
        ))}
      </pre>
    </section>
  );
}

function coloured(json: string): { text: string; kind: '' | 'k' | 's' | 'm' }[] {
  const parts: { text: string; kind: '' | 'k' | 's' | 'm' }[] = [];
  let end = 0;
  for (const match of json.matchAll(tokens)) {
    if (match.index > end) parts.push({ text: json.slice(end, match.index), kind: '' });
    parts.push({ text: match[0], kind: match[1] !== undefined ? 'k' : match[2] !== undefined ? 's' : 'm' });
    end = match.index + match[0].length;
  }
  if (end < json.length) parts.push({ text: json.slice(end), kind: '' });
  return parts;
}
