import { describe, expect, test } from 'vitest';
import { addressSpaceOf, classifyProbe, isGated, localFetchInit, type ProbeFacts } from './classify-probe.ts';

const facts: ProbeFacts = {
  dashboardOrigin: 'https://dash.helix.example',
  agentOrigin: 'https://10-20-4-11.agents.example',
  permission: 'granted',
  isAgentLive: true,
  isReachable: false,
  status: 0,
};

describe('why a probe failed', () => {
  test.each<[string, Partial<ProbeFacts>, string]>([
    ['the permission is denied', { permission: 'denied' }, 'permission_denied'],
    ['the question was left open', { permission: 'prompt' }, 'permission_denied'],
    ['the agent is there and does not let the page read', { isReachable: true }, 'wrong_origin'],
    ['the agent answers 403', { status: 403 }, 'wrong_origin'],
    ['https page, http agent', { agentOrigin: 'http://10.20.4.11:8787' }, 'mixed_content'],
    [
      'https page, http agent on this computer, silent',
      { agentOrigin: 'http://127.0.0.1:8787', isAgentLive: false },
      'agent_offline',
    ],
    ['no heartbeat', { isAgentLive: false }, 'agent_offline'],
    ['https, heard by the cloud, not from here', {}, 'certificate'],
    [
      'http both ways, heard by the cloud, not from here',
      { dashboardOrigin: 'http://dash.lan', agentOrigin: 'http://agent.lan:8787' },
      'agent_offline',
    ],
  ])('%s', (_, change, code) => {
    expect(classifyProbe({ ...facts, ...change })).toBe(code);
  });
});

test.each([
  ['http://localhost:8787', 'loopback'],
  ['http://127.0.0.1:8787', 'loopback'],
  ['http://[::1]:8787', 'loopback'],
  ['http://192.168.77.10', 'local'],
  ['http://172.20.1.1', 'local'],
  ['http://172.40.1.1', 'name'],
  ['http://agent.local', 'local'],
  ['https://127.0.0.1.evil.example', 'name'],
  ['https://agents.example', 'name'],
])('%s is in %s', (origin, space) => {
  expect(addressSpaceOf(origin)).toBe(space);
});

test('browsers ask only on the way to a more private space', () => {
  expect(isGated('https://dash.example', 'http://127.0.0.1:8787')).toBe(true);
  expect(isGated('https://dash.example', 'https://agent.example')).toBe(true);
  expect(isGated('http://127.0.0.1:8080', 'http://127.0.0.1:8787')).toBe(false);
  expect(isGated('http://192.168.1.2', 'http://192.168.1.3:8787')).toBe(false);
});

test('the address space is named only where a mixed request needs it', () => {
  expect(localFetchInit('https://dash.example', 'http://10.0.0.7:8787')).toEqual({ targetAddressSpace: 'local' });
  expect(localFetchInit('https://dash.example', 'http://localhost:8787')).toEqual({ targetAddressSpace: 'loopback' });
  expect(localFetchInit('https://dash.example', 'https://agent.example')).toEqual({});
  expect(localFetchInit('http://127.0.0.1:8080', 'http://127.0.0.1:8787')).toEqual({});
});
