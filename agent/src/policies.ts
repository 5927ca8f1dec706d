/** What the configuration means for each stage that speaks: records, the gate, the registration. Pure. */
import type { RegisterRequest } from '@nucleus/shared/wire/agents';
import { type AgentConfig, namesPolicy } from './config.ts';
import type { EgressPolicy } from './egress/seal.ts';
import type { RecordPolicy } from './record/build-record.ts';

/** Origin under which browsers reach this agent. */
export function publicUrlOf(config: Pick<AgentConfig, 'public_url' | 'listen' | 'tls'>): string {
  return config.public_url ?? `${config.tls ? 'https' : 'http'}://${config.listen}`;
}

/** How records of each source look, by alias. */
export function recordPolicies(config: AgentConfig): Map<string, RecordPolicy> {
  return new Map(
    config.sources.map((source) => [
      source.alias,
      {
        alias: source.alias,
        level: source.level,
        names: namesPolicy(source),
        fieldsOff: source.fields_off,
        gpsGrainDegrees: source.gps_grain_degrees,
        publicUrl: publicUrlOf(config),
      },
    ]),
  );
}

/** What may leave. */
export function egressPolicy(config: AgentConfig, agentId: string, version: string): EgressPolicy {
  const sources = config.sources.map((source) => ({
    alias: source.alias,
    datasetName: source.dataset,
    level: source.level,
    names: namesPolicy(source),
    fieldsOff: source.fields_off,
  }));
  return { agentId, version, publicUrl: publicUrlOf(config), sources };
}

/** What only an operator can ask for, at a start. */
export interface BindingWishes {
  takeOver?: boolean;
  recreate?: boolean;
}

/** The body of a registration. */
export function registrationOf(
  config: AgentConfig,
  agentId: string,
  version: string,
  wishes: BindingWishes = {},
): RegisterRequest {
  return {
    agent_id: agentId,
    version,
    public_url: publicUrlOf(config),
    sources: config.sources.map((source) => ({
      alias: source.alias,
      dataset_name: source.dataset,
      level: source.level,
      names: namesPolicy(source),
      fields_off: source.fields_off,
      ...(source.adopt === undefined ? {} : { adopt: source.adopt }),
      ...(wishes.recreate ? { recreate: true } : {}),
    })),
    ...(wishes.takeOver ? { take_over: true } : {}),
  };
}
