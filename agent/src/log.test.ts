import { expect, test } from 'vitest';
import { openLog } from './log.ts';

test('a log line holds only fields of the list: no path, key, token, link or stack', () => {
  const lines: string[] = [];
  const log = openLog({ stream: { write: (line) => void lines.push(line) } });
  const error = Object.assign(new Error('open /srv/patients/ada.jpg failed'), {
    code: 'EACCES',
    path: '/srv/patients/ada.jpg',
  });
  log.warn(
    {
      source: 'main',
      count: 3,
      path: '/srv/patients/ada.jpg',
      apiKey: 'live_secret',
      nested: { token: 'secret' },
      err: error,
    },
    'skipped',
  );
  log.child({ stage: 'sync', url: 'http://host/m/secret' }).info({ link: 'secret' }, 'done');
  expect(lines.map((line) => JSON.parse(line))).toEqual([
    {
      level: 'warn',
      time: expect.any(String),
      source: 'main',
      count: 3,
      code: 'EACCES',
      errorClass: 'Error',
      msg: 'skipped',
    },
    { level: 'info', time: expect.any(String), stage: 'sync', msg: 'done' },
  ]);
});
