/** Browsers say only "failed". What else is known about page, agent and permission tells why. Pure. */
import type { Permission } from './pixel-state.ts';
import type { RefusalCode } from './refusals.ts';

/** Where a host is, as the browser's local network rules see it; `name` may be anywhere. */
export type AddressSpace = 'loopback' | 'local' | 'name';

export function addressSpaceOf(origin: string): AddressSpace {
  const host = URL.canParse(origin) ? new URL(origin).hostname : '';
  if (host === 'localhost' || host.endsWith('.localhost') || host === '[::1]' || /^127\.\d+\.\d+\.\d+$/.test(host))
    return 'loopback';
  const isPrivate =
    /^(10\.|192\.168\.|169\.254\.|172\.(1[6-9]|2\d|3[01])\.)[\d.]+$/.test(host) || /^\[f[cde]/.test(host);
  return isPrivate || host.endsWith('.local') ? 'local' : 'name';
}

/** Whether browsers ask before a page at the first address may reach the second: only on the way to a more private space. */
export function isGated(dashboardOrigin: string, agentOrigin: string): boolean {
  const depth = { name: 0, local: 1, loopback: 2 };
  return depth[addressSpaceOf(dashboardOrigin)] < Math.max(1, depth[addressSpaceOf(agentOrigin)]);
}

export interface ProbeFacts {
  dashboardOrigin: string;
  agentOrigin: string;
  permission: Permission;
  /** Whether the cloud hears the agent. */
  isAgentLive: boolean;
  /** Whether a request whose answer the page may not read came through: the agent is there and refuses this origin. */
  isReachable: boolean;
  /** Status of an answer that came but was no ping; 0 without an answer. */
  status: number;
}

export function classifyProbe(facts: ProbeFacts): RefusalCode {
  if (facts.permission === 'denied') return 'permission_denied';
  if (facts.isReachable || facts.status === 403 || facts.status === 421) return 'wrong_origin';
  const isInsecureAgent = facts.agentOrigin.startsWith('http:');
  const isSecurePage = facts.dashboardOrigin.startsWith('https:');
  if (isSecurePage && isInsecureAgent && addressSpaceOf(facts.agentOrigin) !== 'loopback') return 'mixed_content';
  if (!facts.isAgentLive) return 'agent_offline';
  // The browser's question was left open or answered with no, in a browser that does not tell which.
  if (facts.permission === 'prompt') return 'permission_denied';
  return isInsecureAgent ? 'agent_offline' : 'certificate';
}

/**
 * The option that lets a page on https fetch from an http host in the local network, where browsers have it. A wrong value makes the
 * request fail, so it is given only where it is needed and known.
 */
export function localFetchInit(dashboardOrigin: string, agentOrigin: string): RequestInit {
  const space = addressSpaceOf(agentOrigin);
  if (!dashboardOrigin.startsWith('https:') || !agentOrigin.startsWith('http:') || space === 'name') return {};
  return { targetAddressSpace: space } as RequestInit;
}
