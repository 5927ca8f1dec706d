/**
 * How a page comes to pixels of one agent. Pure: what happened goes in, the next state and what to do come out.
 *
 *   ask ──show──▶ connecting ──session──▶ probing ──answered──▶ on
 *    ▲              │ closed                 │ failed             │ ended, unreachable, skewed
 *    └─answered─ checking ──failed───────────┤                    │
 *    │                                       ▼                    ▼
 *    ◀───────────── stop ───────────────  refused ◀───────────────┘   (show leads to connecting from everywhere)
 *
 * `ask` waits for a click; `connecting` has a window open at the agent; `probing` has a session and waits for one ping before the
 * first picture; `checking` asks, after a window that closed without a session, whether the agent is there at all: a person
 * who said no and an agent that is down look the same. Only in `on` are links asked for. The session is in the state and nowhere else.
 */
import type { RefusalCode } from './refusals.ts';

export type Permission = 'granted' | 'prompt' | 'denied' | 'unknown';
export interface GrantedSession {
  token: string;
  /** Seconds since 1970. */
  expiresAt: number;
}

export type PixelState =
  | { at: 'ask'; permission: Permission }
  | { at: 'connecting'; permission: Permission; nonce: string }
  | { at: 'checking'; permission: Permission }
  | { at: 'probing'; permission: Permission; session: GrantedSession }
  | { at: 'on'; permission: Permission; session: GrantedSession }
  | { at: 'refused'; permission: Permission; code: RefusalCode; skewS: number };

export type PixelEvent =
  | { type: 'permission'; permission: Permission }
  /** A click, with 128 fresh random bits. */
  | { type: 'show'; nonce: string }
  | { type: 'window-blocked' }
  | { type: 'window-closed' }
  | { type: 'session'; nonce: string; session: GrantedSession }
  | { type: 'answered' }
  | { type: 'failed'; code: RefusalCode }
  | { type: 'ended' }
  | { type: 'skewed'; skewS: number }
  /** The cloud hears the agent, or has stopped hearing it. */
  | { type: 'heard'; isLive: boolean }
  | { type: 'stop' };

export type PixelEffect = { do: 'open-window'; nonce: string } | { do: 'probe' } | { do: 'close-window' };

export interface PixelStep {
  state: PixelState;
  effects: readonly PixelEffect[];
}

/** Before anything was asked; an agent that the cloud has not heard of for long is not asked at all. */
export function firstState(isOffline: boolean): PixelState {
  return isOffline ? refused('unknown', 'agent_offline') : { at: 'ask', permission: 'unknown' };
}

function refused(permission: Permission, code: RefusalCode, skewS = 0): PixelState {
  return { at: 'refused', permission, code, skewS };
}

const stay = (state: PixelState): PixelStep => ({ state, effects: [] });

export function step(state: PixelState, event: PixelEvent): PixelStep {
  const { permission } = state;
  switch (event.type) {
    case 'permission':
      return stay(withPermission(state, event.permission));
    case 'show':
      if (state.at === 'on' || state.at === 'probing') return stay(state);
      if (permission === 'denied') return stay(refused(permission, 'permission_denied'));
      return {
        state: { at: 'connecting', permission, nonce: event.nonce },
        effects: [{ do: 'open-window', nonce: event.nonce }],
      };
    case 'window-blocked':
      return stay(state.at === 'connecting' ? refused(permission, 'popup_blocked') : state);
    case 'window-closed':
      if (state.at !== 'connecting') return stay(state);
      return { state: { at: 'checking', permission }, effects: [{ do: 'probe' }] };
    case 'session':
      if (state.at !== 'connecting' || state.nonce !== event.nonce) return stay(state);
      return {
        state: { at: 'probing', permission, session: event.session },
        effects: [{ do: 'close-window' }, { do: 'probe' }],
      };
    case 'answered':
      if (state.at === 'checking') return stay({ at: 'ask', permission });
      return stay(state.at === 'probing' ? { at: 'on', permission, session: state.session } : state);
    case 'failed':
      return stay(['checking', 'probing', 'on'].includes(state.at) ? refused(permission, event.code) : state);
    case 'ended':
      return stay(state.at === 'on' || state.at === 'probing' ? refused(permission, 'session_expired') : state);
    case 'skewed':
      return stay(state.at === 'on' ? refused(permission, 'clock_skew', event.skewS) : state);
    case 'heard':
      return stay(heard(state, event.isLive));
    case 'stop':
      return { state: { at: 'ask', permission }, effects: state.at === 'connecting' ? [{ do: 'close-window' }] : [] };
  }
}

/** Heartbeats change only what was concluded from them; pixels that are on speak for themselves. */
function heard(state: PixelState, isLive: boolean): PixelState {
  if (state.at === 'ask' && !isLive) return refused(state.permission, 'agent_offline');
  if (state.at === 'refused' && state.code === 'agent_offline' && isLive)
    return { at: 'ask', permission: state.permission };
  return state;
}

/** A permission that was taken away ends everything; one that was given ends only the refusal that it caused. */
function withPermission(state: PixelState, permission: Permission): PixelState {
  if (permission === 'denied' && state.at !== 'connecting') return refused(permission, 'permission_denied');
  if (state.at === 'refused' && state.code === 'permission_denied') return { at: 'ask', permission };
  return { ...state, permission };
}
