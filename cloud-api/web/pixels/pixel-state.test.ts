import { describe, expect, test } from 'vitest';
import { firstState, type PixelEvent, type PixelState, step } from './pixel-state.ts';
import { refusalCodes, refusalWords } from './refusals.ts';

const session = { token: 'secret', expiresAt: 29_800 };
const run = (events: PixelEvent[], from: PixelState = firstState(false)): PixelState =>
  events.reduce((state, event) => step(state, event).state, from);
const nonce = 'n1';

describe('the way to pixels', () => {
  test('goes through a window, a session and a probe', () => {
    const asked = step(firstState(false), { type: 'show', nonce });
    expect(asked.effects).toEqual([{ do: 'open-window', nonce }]);
    const opened = step(asked.state, { type: 'session', nonce, session });
    expect(opened.effects).toEqual([{ do: 'close-window' }, { do: 'probe' }]);
    expect(opened.state.at).toBe('probing');
    expect(step(opened.state, { type: 'answered' }).state).toMatchObject({ at: 'on', session });
  });

  test('shows nothing before the probe has answered', () => {
    expect(run([{ type: 'show', nonce }, { type: 'answered' }]).at).toBe('connecting');
  });

  test('takes a session of this click only', () => {
    expect(
      run([
        { type: 'show', nonce },
        { type: 'session', nonce: 'n0', session },
      ]).at,
    ).toBe('connecting');
    expect(run([{ type: 'session', nonce, session }]).at).toBe('ask');
  });

  test('a closed window asks again, a blocked one says so', () => {
    const closed: PixelEvent[] = [{ type: 'show', nonce }, { type: 'window-closed' }];
    expect(run([...closed, { type: 'answered' }]).at).toBe('ask');
    expect(run([...closed, { type: 'failed', code: 'agent_offline' }])).toMatchObject({
      at: 'refused',
      code: 'agent_offline',
    });
    expect(run([{ type: 'show', nonce }, { type: 'window-blocked' }])).toMatchObject({
      at: 'refused',
      code: 'popup_blocked',
    });
  });

  test('a closed window after the session came changes nothing', () => {
    expect(run([{ type: 'show', nonce }, { type: 'session', nonce, session }, { type: 'window-closed' }]).at).toBe(
      'probing',
    );
  });
});

const on: PixelState = { at: 'on', permission: 'granted', session };

test.each([
  [{ type: 'ended' }, 'session_expired'],
  [{ type: 'failed', code: 'agent_offline' }, 'agent_offline'],
  [{ type: 'skewed', skewS: -540 }, 'clock_skew'],
  [{ type: 'permission', permission: 'denied' }, 'permission_denied'],
] as const)('%j ends pixels with %s, and the session is forgotten', (event, code) => {
  const { state } = step(on, event);
  expect(state).toMatchObject({ at: 'refused', code });
  expect(JSON.stringify(state)).not.toContain('secret');
});

test('a denied permission opens no window', () => {
  const { state, effects } = step({ at: 'ask', permission: 'denied' }, { type: 'show', nonce });
  expect(effects).toEqual([]);
  expect(state).toMatchObject({ at: 'refused', code: 'permission_denied' });
});

test('a permission that is given again ends only the refusal it caused', () => {
  const denied = step(on, { type: 'permission', permission: 'denied' }).state;
  expect(step(denied, { type: 'permission', permission: 'granted' }).state).toEqual({
    at: 'ask',
    permission: 'granted',
  });
  const expired = step(on, { type: 'ended' }).state;
  expect(step(expired, { type: 'permission', permission: 'granted' }).state).toMatchObject({ code: 'session_expired' });
});

test('every refusal leads on by one click', () => {
  for (const code of refusalCodes) {
    const { state, effects } = step({ at: 'refused', permission: 'granted', code, skewS: 0 }, { type: 'show', nonce });
    expect(state.at).toBe('connecting');
    expect(effects).toEqual([{ do: 'open-window', nonce }]);
  }
});

test('stopping forgets the session', () => {
  expect(step(on, { type: 'stop' }).state).toEqual({ at: 'ask', permission: 'granted' });
});

test('an agent that is not heard starts as offline', () => {
  expect(firstState(true)).toMatchObject({ at: 'refused', code: 'agent_offline' });
});

test('heartbeats change only what was concluded from them', () => {
  const silent = step(firstState(false), { type: 'heard', isLive: false }).state;
  expect(silent).toMatchObject({ code: 'agent_offline' });
  expect(step(silent, { type: 'heard', isLive: true }).state.at).toBe('ask');
  expect(step(on, { type: 'heard', isLive: false }).state).toBe(on);
  const expired = step(on, { type: 'ended' }).state;
  expect(step(expired, { type: 'heard', isLive: true }).state).toBe(expired);
});

test('every refusal has a title, a sentence and a remedy', () => {
  const facts = {
    agentOrigin: 'https://10.20.4.11:8443',
    agentName: 'hel-nas-01',
    dashboardOrigin: 'https://dash.helix.example',
    silentS: 11_520,
    skewS: -540,
  };
  for (const code of refusalCodes) {
    const words = refusalWords(code, facts);
    expect(words.title).toMatch(/\.$/);
    expect(words.sentence.length).toBeGreaterThan(40);
    expect(words.remedies.length).toBeGreaterThan(0);
  }
  expect(refusalWords('agent_offline', facts).sentence).toContain('sent no heartbeat for 3 h 12 min');
  expect(refusalWords('clock_skew', facts).title).toBe('The clocks differ by 9 min.');
});
