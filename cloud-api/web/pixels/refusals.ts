/** Why pixels do not show: one title, one sentence and one remedy for each cause. Pure. */
import { duration } from '@nucleus/shared/ui/words/quantities.ts';

export const refusalCodes = [
  'permission_denied',
  'agent_offline',
  'mixed_content',
  'certificate',
  'wrong_origin',
  'session_expired',
  'clock_skew',
  'popup_blocked',
] as const;
export type RefusalCode = (typeof refusalCodes)[number];

/** What a person can do about it here. `open-agent` opens the agent's address in a window. */
export type Remedy =
  | { does: 'connect'; label: string }
  | { does: 'open-agent'; label: string }
  | { does: 'copy'; label: string; text: string };

export interface RefusalWords {
  title: string;
  sentence: string;
  remedies: readonly Remedy[];
}

export interface RefusalFacts {
  agentOrigin: string;
  agentName: string;
  dashboardOrigin: string;
  /** Seconds since the last heartbeat; undefined when none ever came. */
  silentS?: number | undefined;
  skewS: number;
}

const tryAgain: Remedy = { does: 'connect', label: 'Try again' };

export function permissionNeeded(agentOrigin: string): string {
  return `Pixels come from ${hostOf(agentOrigin)} in your network, so the browser asks before this site may reach it.`;
}

export function refusalWords(code: RefusalCode, facts: RefusalFacts): RefusalWords {
  const host = hostOf(facts.agentOrigin);
  switch (code) {
    case 'permission_denied':
      return {
        title: 'The browser said no.',
        sentence: 'Local network access is switched off for this site. Allow it in the site settings, then try again.',
        remedies: [tryAgain],
      };
    case 'agent_offline': {
      const since =
        facts.silentS === undefined ? 'does not answer' : `sent no heartbeat for ${duration(facts.silentS)}`;
      return {
        title: 'The agent does not answer.',
        sentence: `${facts.agentName} ${since}. Check the service on its host; everything but pixels keeps working.`,
        remedies: [tryAgain, { does: 'copy', label: 'Copy check command', text: 'npx nucleus-agent doctor' }],
      };
    }
    case 'mixed_content':
      return {
        title: 'The agent has no certificate.',
        sentence:
          'This page is https and the agent speaks http, which this browser refuses. Give the agent a certificate, or use the local viewer.',
        remedies: [tryAgain],
      };
    case 'certificate':
      return {
        title: 'The certificate is not trusted.',
        sentence: `The agent's certificate was not issued for ${host} or this computer does not know its issuer. Open the agent once to see which.`,
        remedies: [{ does: 'open-agent', label: 'Open the agent' }, tryAgain],
      };
    case 'wrong_origin':
      return {
        title: "This dashboard is not on the agent's list.",
        sentence: `The agent does not serve ${hostOf(facts.dashboardOrigin)}. Add this address under agent.dashboard_origins and restart it.`,
        remedies: [{ does: 'copy', label: 'Copy the line', text: `    - ${facts.dashboardOrigin}` }, tryAgain],
      };
    case 'session_expired':
      return {
        title: 'The viewer session ended.',
        sentence: 'Sessions last 8 hours and end when the agent restarts. Connect again to go on; your place is kept.',
        remedies: [{ does: 'connect', label: 'Connect again' }],
      };
    case 'clock_skew':
      return {
        title: `The clocks differ by ${duration(Math.abs(facts.skewS))}.`,
        sentence: `Links expire by the agent's clock and ${facts.agentName} is ${facts.skewS < 0 ? 'behind' : 'ahead'}. Turn on time sync on its host.`,
        remedies: [{ does: 'copy', label: 'Copy check command', text: 'timedatectl status' }, tryAgain],
      };
    case 'popup_blocked':
      return {
        title: 'The browser blocked the window.',
        sentence: `Consent is given in a window of ${host}. Allow windows for this site in the address bar, then try again.`,
        remedies: [tryAgain],
      };
  }
}

export function hostOf(origin: string): string {
  return URL.canParse(origin) ? new URL(origin).host : origin;
}
