import { describe, expect, test } from 'vitest';
import { acceptMessage, messageChecks } from './accept-message.ts';

const expected = { agentOrigin: 'https://agent.lan', agentId: 'agt_a', nonce: 'f00dfeedf00dfeed', nowS: 1_000 };
const good = {
  type: 'nucleus-viewer-session',
  state: 'f00dfeedf00dfeed',
  session: 'AAAAAAAAAAAAAAAAAAAAAA',
  agent_id: 'agt_a',
  expires_at: 29_800,
};
const origin = 'https://agent.lan';

test('the agent’s own message is believed', () => {
  expect(acceptMessage({ origin, data: good }, expected)).toEqual(good);
});

/** One forgery per check: wrong in that one thing only. */
const forgeries: Record<keyof typeof messageChecks, { origin: string; data: unknown }> = {
  'the agent’s own origin': { origin: 'https://evil.example', data: good },
  'the value of this click': { origin, data: { ...good, state: '0000000000000000' } },
  'the agent that was asked': { origin, data: { ...good, agent_id: 'agt_b' } },
  'a session that still runs': { origin, data: { ...good, expires_at: 999 } },
};

describe.each(Object.keys(messageChecks) as (keyof typeof messageChecks)[])('without %s', (name) => {
  test('a forgery is refused', () => {
    expect(acceptMessage(forgeries[name], expected)).toBeUndefined();
  });

  test('it would have come in if that check were left out', () => {
    const others = Object.fromEntries(Object.entries(messageChecks).filter(([key]) => key !== name));
    expect(acceptMessage(forgeries[name], expected, others)).toBeDefined();
  });
});

test.each([
  ['another scheme of the same host', 'http://agent.lan'],
  ['another port', 'https://agent.lan:8443'],
  ['a host that begins alike', 'https://agent.lan.evil.example'],
  ['no origin', 'null'],
])('%s is another origin', (_, other) => {
  expect(acceptMessage({ origin: other, data: good }, expected)).toBeUndefined();
});

test.each([[null], ['text'], [{}], [{ ...good, type: 'other' }], [{ ...good, session: undefined }]])(
  '%j is no such message',
  (data) => {
    expect(acceptMessage({ origin, data }, expected)).toBeUndefined();
  },
);

test('an empty value is never the right one', () => {
  expect(acceptMessage({ origin, data: { ...good, state: '' } }, { ...expected, nonce: '' })).toBeUndefined();
});
