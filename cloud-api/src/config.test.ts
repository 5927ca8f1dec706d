import { expect, test } from 'vitest';
import { CloudConfig, parseConfig } from './config.ts';

test.each([
  {
    text: 'cloud:\n  listen: 127.0.0.1:1\n  colour: red\n',
    want: 'f.yaml, line 3: cloud.colour: there is no such setting.',
  },
  { text: 'cloud:\n  listen: 8080\n', want: /^f\.yaml, line 2: cloud\.listen: / },
  { text: 'clod: {}\n', want: 'f.yaml, line 1: clod: there is no such setting.' },
  { text: 'cloud:\n  data: [1\n', want: /^f\.yaml, line \d: this is not valid YAML\.$/ },
])('a wrong setting is named with its line: $text', ({ text, want }) => {
  expect(() => parseConfig(text, 'f.yaml')).toThrow(want);
});

test('only what the file says is taken from it, and the agent’s part is left alone', () => {
  expect(parseConfig('agent: {anything: 1}\ncloud: {data: /d}\n', 'f')).toEqual({ data: '/d' });
  expect(parseConfig('', 'f')).toEqual({});
  expect(CloudConfig.parse({})).toMatchObject({ listen: '127.0.0.1:8080', insecure_http: false });
});
