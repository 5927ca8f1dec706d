/** What needs a person's attention at an agent, in words. Pure. */
import { count, counted } from '@nucleus/shared/ui/words/quantities.ts';
import type { AgentView, WatchState } from '@nucleus/shared/wire/agents';

export interface Trouble {
  /** Two or three words, for the pill. */
  short: string;
  title: string;
  sentence: string;
  code: string;
  /** What a person runs on the agent's host to end it. */
  command?: string;
}

type Source = AgentView['sources'][number];
type Reason = NonNullable<Source['health']>['reason'];

const reasons: Record<Reason, string> = {
  'none': 'it was paused',
  'root-missing': 'the folder is missing',
  'root-empty': 'the folder is empty',
  'root-swapped': 'another folder is in its place',
  'root-hanging': 'the folder does not answer',
  'root-unreadable': 'the folder cannot be read',
  'shrank': 'much of it vanished at once',
  'superseded': 'another agent took it over',
  'dataset-gone': 'its dataset was deleted in the cloud',
  'key-refused': 'the cloud refused its key',
  'not-approved': 'the agent is not approved yet',
  'queue-full': 'its queue is full',
};

/** Ways of noticing changes that somebody should look into. */
const watchWords: Partial<Record<WatchState, string>> = {
  'watch-limit': 'its host has no inotify watches left',
  'self-test-failed': 'a change came without its event',
  'watch-failed': 'watching failed',
};

export function reasonWords(reason: Reason): string {
  return reasons[reason];
}

/** Agents have no names in the cloud; the host of their address is what people know them by. */
export function agentName(agent: AgentView): string {
  return URL.canParse(agent.public_url) ? new URL(agent.public_url).host : agent.agent_id;
}

/** The longest lag of its sources, seconds. */
export function lagOf(agent: AgentView): number | undefined {
  const lags = agent.sources.flatMap(({ health }) => (health === null ? [] : [health.lag_s]));
  return lags.length === 0 ? undefined : Math.max(...lags);
}

function troubleOfSource(name: string, { alias, health }: Source): Trouble[] {
  if (health === null) return [];
  const found: Trouble[] = [];
  if (health.state === 'suspended' || health.state === 'paused') {
    found.push({
      short: health.state,
      title: `${name} ${health.state} source "${alias}": ${reasonWords(health.reason)}.`,
      sentence: `${counted(health.catalogued, 'item')} ${health.catalogued === 1 ? 'is kept as it is' : 'are kept as they are'}. ${wayOn(health.reason)}`,
      code: health.reason,
    });
  }
  if (health.held_deletions > 0) {
    found.push({
      short: `${count(health.held_deletions)} held`,
      title: `${counted(health.held_deletions, 'deletion')} held in "${alias}".`,
      sentence:
        'More than 10 % and 50 files vanished at once. Nothing was removed from the cloud: files that return are let go by themselves. If they are gone for good, confirm in the local viewer, or on the agent’s host with the --config or --data that it runs by; labels are kept for 30 days.',
      code: 'held_deletions',
      command: `nucleus-agent deletes confirm --source ${alias}`,
    });
  }
  const why = watchWords[health.watch ?? 'watching'];
  if (why !== undefined) {
    found.push({
      short: 'scans only',
      title: `${name} finds changes in "${alias}" by scans only: ${why}.`,
      sentence: 'Nothing is missed; changes only show later. nucleus-agent doctor on its host says what can be done.',
      code: health.watch ?? '',
    });
  }
  if (health.dead_letters > 0) {
    found.push({
      short: `${count(health.dead_letters)} refused`,
      title: `${counted(health.dead_letters, 'record')} of "${alias}" refused for good.`,
      sentence: 'The agent keeps them with the reason. See nucleus-agent status on its host.',
      code: 'dead_letters',
    });
  }
  return found;
}

function wayOn(reason: Reason): string {
  switch (reason) {
    case 'root-missing':
    case 'root-empty':
    case 'root-hanging':
      return 'It resumes by itself when the mount returns.';
    case 'root-unreadable':
      return 'Let the agent read the folder on its host.';
    case 'key-refused':
      return 'Give the agent a key with the scope agent.';
    case 'not-approved':
      return 'Approve the agent below.';
    case 'dataset-gone':
      return 'Run the agent with --recreate to make a new one.';
    default:
      return 'See nucleus-agent status on its host.';
  }
}

export function troubleOf(agent: AgentView): Trouble[] {
  const name = agentName(agent);
  return agent.sources.flatMap((source) => troubleOfSource(name, source));
}
