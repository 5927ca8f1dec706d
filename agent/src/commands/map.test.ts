import { expect, test } from 'vitest';
import { csvCell } from './map.ts';

test.each([
  { text: 'a/b.jpg', want: 'a/b.jpg' },
  { text: '=cmd()', want: "'=cmd()" },
  { text: '+1', want: "'+1" },
  { text: '-1', want: "'-1" },
  { text: '@sum', want: "'@sum" },
  { text: 'a,"b"', want: '"a,""b"""' },
  { text: '=a,b', want: '"\'=a,b"' },
])('$text becomes $want', ({ text, want }) => {
  expect(csvCell(text)).toBe(want);
});
