/** Names come from file systems and may hold anything: these make them safe to read. React already keeps them text. */

// Controls, format characters that reorder or hide text (bidi overrides, zero width), and line separators.
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is looked for
const deceiving = /[\u0000-\u001f\u007f-\u009f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff\ufff9-\ufffb]/g;

/** The text with every deceiving character spelled out as `\u{…}`. */
export function visibleText(text: string): string {
  return text.replace(deceiving, (char) => `\\u{${(char.codePointAt(0) ?? 0).toString(16)}}`);
}

/** At most `room` characters, with the middle left out: both the folder and the file's own name stay readable. */
export function cutMiddle(text: string, room: number): string {
  const chars = [...text];
  if (chars.length <= room) return text;
  if (room <= 1) return '…';
  const tail = Math.ceil((room - 1) * 0.6);
  return `${chars.slice(0, room - 1 - tail).join('')}…${chars.slice(chars.length - tail).join('')}`;
}
