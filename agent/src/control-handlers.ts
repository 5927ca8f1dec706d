import { AppError } from '@nucleus/shared/failure/app-error';
import { Variant } from '@nucleus/shared/wire/local';
import type { AgentParts, MediaProxy, Overview } from './agent-parts.ts';
import type { ControlHandlers } from './control/serve-control.ts';
import { openBindings } from './state/bindings.ts';
import type { State } from './state/open-state.ts';
import type { Sync } from './sync/start-sync.ts';

/** What the command line can ask of a running agent. */
export function controlHandlers(parts: {
  state: State;
  sync: Sync;
  proxy: MediaProxy;
  overview: () => Overview;
  /** Starts a scan of everything that also reads a part of the unchanged files again. */
  verifyAll: () => void;
  confirmDeletions: AgentParts['confirmDeletions'];
}): ControlHandlers {
  const { state, sync, proxy, overview } = parts;
  return {
    'status': () => ({ ...overview(), viewer: `${proxy.url}/viewer/` }),
    'open': () => ({ url: `${proxy.url}/viewer/#code=${proxy.mintViewerCode()}` }),
    'sessions': () => ({ sessions: proxy.listSessions() }),
    'revoke-sessions': (which) => {
      if ('session_id' in which) {
        if (!proxy.sessions.revoke(which.session_id)) {
          throw new AppError('not-found', 'There is no such session any more; `sessions list` shows those that live.');
        }
        return { revoked: 1 };
      }
      const revoked = proxy.listSessions().length;
      proxy.revokeAll();
      return { revoked };
    },
    'compare': () => {
      sync.requestComparison();
      parts.verifyAll();
    },
    'confirm-deletions': ({ source }) => ({ confirmed: confirmHeld(state, source, parts.confirmDeletions) }),
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

/** Lets the held deletions of one source happen, or of all. Returns how many. */
export function confirmHeld(state: State, alias: string | undefined, confirm: AgentParts['confirmDeletions']): number {
  const aliases =
    alias === undefined
      ? openBindings(state)
          .listSources()
          .map((source) => source.alias)
      : [alias];
  return aliases.reduce((sum, each) => sum + confirm(state, each), 0);
}
