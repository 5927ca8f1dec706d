/** Pixels of a dataset: each source's pictures come from the agent that has it. */
import { blurLook, type PixelLook, type PixelSource, type PixelWant } from '@nucleus/shared/ui/pixels/pixel-source.ts';
import type { AgentView } from '@nucleus/shared/wire/agents';
import { AgentPixels } from './agent-pixels.ts';

// One object per agent and address for as long as the page lives: it holds the session.
const byAgent = new Map<string, AgentPixels>();

function agentPixels(agent: AgentView): AgentPixels | undefined {
  if (!agent.approved || !URL.canParse(agent.public_url)) return undefined;
  const origin = new URL(agent.public_url).origin;
  const key = `${agent.agent_id} ${origin}`;
  const known = byAgent.get(key);
  if (known !== undefined) return known;
  const pixels = new AgentPixels({
    agentId: agent.agent_id,
    origin,
    isLive: agent.state !== 'offline',
    lastHeartbeatMs: agent.last_heartbeat_ms,
  });
  byAgent.set(key, pixels);
  return pixels;
}

/** Passes news of heartbeats on. Call it outside of rendering: banners follow at once. */
export function noteHeartbeats(agents: readonly AgentView[]): void {
  for (const agent of agents) agentPixels(agent)?.hear(agent.state !== 'offline', agent.last_heartbeat_ms);
}

/** The agents that fill a dataset and may be asked for pixels, in the order of their sources. */
export function agentsOfDataset(
  sources: readonly { agent_id: string; alias: string }[],
  agents: readonly AgentView[],
): Map<string, AgentPixels> {
  const byAlias = new Map<string, AgentPixels>();
  for (const source of sources) {
    const agent = agents.find((candidate) => candidate.agent_id === source.agent_id);
    const pixels = agent === undefined ? undefined : agentPixels(agent);
    if (pixels !== undefined && !byAlias.has(source.alias)) byAlias.set(source.alias, pixels);
  }
  return byAlias;
}

export class DatasetPixels implements PixelSource {
  readonly #byAlias: ReadonlyMap<string, AgentPixels>;

  constructor(byAlias: ReadonlyMap<string, AgentPixels>) {
    this.#byAlias = byAlias;
  }

  look(want: PixelWant): PixelLook {
    return this.#byAlias.get(want.source)?.look(want) ?? blurLook;
  }

  watch(want: PixelWant, tell: () => void): () => void {
    return this.#byAlias.get(want.source)?.watch(want, tell) ?? (() => undefined);
  }

  broke(want: PixelWant, url: string): void {
    this.#byAlias.get(want.source)?.broke(want, url);
  }

  worked(want: PixelWant): void {
    this.#byAlias.get(want.source)?.worked(want);
  }
}
