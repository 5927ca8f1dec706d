import { AppError } from '@nucleus/shared/failure/app-error';
import type { AgentParts } from './agent-parts.ts';

const missing = (): never => {
  throw new AppError('not-ready', 'This build of the agent has no stages.');
};

/** The stages that the agent runs with: keys, decoders, pipeline, proxy. Adapters between their own options and {@link AgentParts} stand here. */
export const wiredParts: AgentParts = {
  openKeys: missing,
  openPool: missing,
  describeFile: missing,
  startPipeline: missing,
  startProxy: missing,
  confirmDeletions: missing,
  makeSamples: missing,
};
