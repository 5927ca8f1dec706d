import { AppError } from '@nucleus/shared/failure/app-error';
import { Variant } from '@nucleus/shared/wire/local';
import type { MediaProxy, Overview } from './agent-parts.ts';
import type { ControlHandlers } from './control/serve-control.ts';
import { confirmDeletions } from './state/confirm-deletions.ts';
import type { State } from './state/open-state.ts';
import type { Sync } from './sync/start-sync.ts';

/** What the command line can ask of a running agent. */
export function controlHandlers(parts: {
  state: State;
  sync: Sync;
  proxy: MediaProxy;
  overview: () => Overview;
}): ControlHandlers {
  const { state, sync, proxy, overview } = parts;
  return {
    'status': () => ({ ...overview(), viewer: `${proxy.url}/viewer/` }),
    'open': () => ({ url: `${proxy.url}/viewer/#code=${proxy.mintViewerCode()}` }),
    'compare': () => sync.requestComparison(),
    'confirm-deletions': ({ source }) => ({ confirmed: confirmDeletions(state, source, Date.now()) }),
    'link': ({ reference_id, source, variant, minutes }) => {
      const parsed = Variant.safeParse(variant);
      if (!parsed.success)
        throw new AppError('usage', `There is no variant ${variant}; use one of ${Variant.options.join(', ')}.`);
      const { url, expiresAt } = proxy.mintLink({
        alias: source,
        referenceId: reference_id,
        variant: parsed.data,
        minutes,
      });
      return { url, expires_at: expiresAt };
    },
  };
}
