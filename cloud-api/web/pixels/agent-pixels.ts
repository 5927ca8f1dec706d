/**
 * Pixels of one agent on this page: runs the state machine, opens the consent window, probes, and hands out media links while it is
 * on. The session stays in this object's memory; reloading the page forgets it.
 */

import { callEndpoint } from '@nucleus/shared/ui/client/call-endpoint.ts';
import { failureCode } from '@nucleus/shared/ui/client/call-failure.ts';
import { LinkCache, mediaAddress } from '@nucleus/shared/ui/pixels/link-cache.ts';
import { blurLook, type PixelLook, type PixelSource, type PixelWant } from '@nucleus/shared/ui/pixels/pixel-source.ts';
import { localEndpoints } from '@nucleus/shared/wire/local';
import { acceptMessage } from './accept-message.ts';
import { addressSpaceOf, classifyProbe, isGated, localFetchInit } from './classify-probe.ts';
import {
  firstState,
  type Permission,
  type PixelEffect,
  type PixelEvent,
  type PixelState,
  step,
} from './pixel-state.ts';

export interface AgentAddress {
  agentId: string;
  /** Approved origin from the cloud's list of agents. */
  origin: string;
  isLive: boolean;
  lastHeartbeatMs: number | null;
}

const windowFeatures = 'popup,width=460,height=640';
const closedPollMs = 400;
const brokenInRow = 6; // links that do not load before a clock is suspected

export class AgentPixels implements PixelSource {
  readonly address: AgentAddress;
  readonly #listeners = new Set<() => void>();
  #state: PixelState;
  #links: LinkCache | undefined;
  #window: Window | null = null;
  #timers: ReturnType<typeof setTimeout>[] = [];

  constructor(address: AgentAddress) {
    this.address = address;
    this.#state = firstState(!address.isLive);
    addEventListener('message', (event) => this.#receive(event));
    addEventListener('securitypolicyviolation', (event) => this.#reloadIfStale(event));
    void this.#watchPermission();
  }

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };
  readonly state = (): PixelState => this.#state;

  /** Call it in a click: browsers open windows only then. */
  show(): void {
    const random = crypto.getRandomValues(new Uint8Array(16));
    this.#send({ type: 'show', nonce: [...random].map((byte) => byte.toString(16).padStart(2, '0')).join('') });
  }

  /** Takes what the cloud knows of the agent's heartbeat. */
  hear(isLive: boolean, lastHeartbeatMs: number | null): void {
    const wasLive = this.address.isLive;
    this.address.isLive = isLive;
    this.address.lastHeartbeatMs = lastHeartbeatMs;
    if (isLive !== wasLive) this.#send({ type: 'heard', isLive });
  }

  stop(): void {
    this.#send({ type: 'stop' });
  }

  look(want: PixelWant): PixelLook {
    if (this.#links !== undefined) {
      const look = this.#links.look(want);
      // What is on screen stays when a session ends; the rest goes back to its blur.
      if (this.#state.at === 'on' || look.state === 'link') return look;
    }
    if (this.#state.at !== 'refused') return blurLook;
    return refusedLooks[this.#state.code] ?? blurLook;
  }

  watch(want: PixelWant, tell: () => void): () => void {
    let watched: LinkCache | undefined;
    let unwatch: (() => void) | undefined;
    const follow = (): void => {
      if (this.#state.at === 'on' && watched !== this.#links) {
        unwatch?.();
        watched = this.#links;
        unwatch = watched?.watch(want, tell);
      }
      tell();
    };
    const unsubscribe = this.subscribe(follow);
    follow();
    return () => {
      unsubscribe();
      unwatch?.();
    };
  }

  broke(want: PixelWant, url: string): void {
    this.#links?.broke(want, url);
    const skewS = this.#links?.skewS ?? 0;
    if (skewS !== 0 && (this.#links?.breaksInRow ?? 0) >= brokenInRow) this.#send({ type: 'skewed', skewS });
  }

  worked(want: PixelWant): void {
    this.#links?.worked(want);
  }

  #send(event: PixelEvent): void {
    const before = this.#state;
    const { state, effects } = step(before, event);
    this.#state = state;
    if (state.at === 'on' && before.at !== 'on') this.#startLinks(state.session.token, state.session.expiresAt);
    if (state.at === 'ask' && before.at !== 'ask') this.#dropLinks();
    for (const effect of effects) this.#perform(effect);
    if (state !== before) for (const listener of this.#listeners) listener();
  }

  #perform(effect: PixelEffect): void {
    if (effect.do === 'open-window') this.#openWindow(effect.nonce);
    else if (effect.do === 'close-window') this.#window?.close();
    else void this.#probe();
  }

  #openWindow(nonce: string): void {
    const query = new URLSearchParams({ origin: location.origin, state: nonce });
    this.#window = open(`${this.address.origin}/connect?${query}`, '_blank', windowFeatures);
    if (this.#window === null) {
      this.#send({ type: 'window-blocked' });
      return;
    }
    const poll = (): void => {
      if (this.#state.at !== 'connecting' || this.#state.nonce !== nonce) return;
      // The message may still be on its way when the window has gone: one more round before giving up.
      if (this.#window?.closed) setTimeout(() => this.#closedWithout(nonce), closedPollMs);
      else setTimeout(poll, closedPollMs);
    };
    setTimeout(poll, closedPollMs);
  }

  #closedWithout(nonce: string): void {
    if (this.#state.at === 'connecting' && this.#state.nonce === nonce) this.#send({ type: 'window-closed' });
  }

  #receive(event: MessageEvent): void {
    if (this.#state.at !== 'connecting') return;
    const message = acceptMessage(
      { origin: event.origin, data: event.data },
      {
        agentOrigin: this.address.origin,
        agentId: this.address.agentId,
        nonce: this.#state.nonce,
        nowS: Date.now() / 1000,
      },
    );
    if (message === undefined) return;
    this.#send({
      type: 'session',
      nonce: message.state,
      session: { token: message.session, expiresAt: message.expires_at },
    });
  }

  async #probe(): Promise<void> {
    const init = localFetchInit(location.origin, this.address.origin);
    try {
      const target = { origin: this.address.origin, credentials: 'omit' as const };
      await callEndpoint(localEndpoints.ping, target, { init });
      this.#send({ type: 'answered' });
    } catch (error) {
      await this.#fail(error, init);
    }
  }

  async #fail(error: unknown, init: RequestInit): Promise<void> {
    const isReachable =
      failureCode(error) === 'network' &&
      (await fetch(`${this.address.origin}/v1/ping`, {
        ...init,
        mode: 'no-cors',
        credentials: 'omit',
        cache: 'no-store',
      })
        .then(() => true)
        .catch(() => false));
    const status = error instanceof Error && 'status' in error ? Number(error.status) : 0;
    const code = classifyProbe({
      dashboardOrigin: location.origin,
      agentOrigin: this.address.origin,
      permission: this.#state.permission,
      isAgentLive: this.address.isLive,
      isReachable,
      status,
    });
    this.#send({ type: 'failed', code });
  }

  #startLinks(token: string, expiresAt: number): void {
    this.#dropLinks();
    const init = localFetchInit(location.origin, this.address.origin);
    const target = { origin: this.address.origin, bearer: token, credentials: 'omit' as const };
    this.#links = new LinkCache({
      mint: async (items) => {
        const { links } = await callEndpoint(localEndpoints.mintMediaLinks, target, { body: { items }, init });
        return links.map((link) => {
          if ('error' in link) return link;
          const url = mediaAddress(link.url, this.address.origin);
          return url === undefined
            ? { reference_id: link.reference_id, error: 'item-not-found' as const }
            : { ...link, url };
        });
      },
      nowS: () => Date.now() / 1000,
      onFrame: (callback) => requestAnimationFrame(callback),
      onFailure: (error) => {
        const code = failureCode(error);
        if (code === 'unauthenticated' || code === 'forbidden') this.#send({ type: 'ended' });
        else if (code === 'network') void this.#fail(error, init);
      },
    });
    this.#timers.push(setTimeout(() => this.#send({ type: 'ended' }), Math.max(0, expiresAt * 1000 - Date.now())));
  }

  #dropLinks(): void {
    for (const timer of this.#timers) clearTimeout(timer);
    this.#timers = [];
    this.#links?.stop();
    this.#links = undefined;
  }

  /** The agent was approved after this page was loaded: its policy does not name it. Loading anew does, once. */
  #reloadIfStale(event: SecurityPolicyViolationEvent): void {
    if (this.#state.at !== 'probing' || !event.blockedURI.startsWith(this.address.origin)) return;
    const place = `nucleus.reloaded.${this.address.origin}`;
    try {
      if (sessionStorage.getItem(place) !== null) return;
      sessionStorage.setItem(place, '1');
      location.reload();
    } catch {
      // Without storage a second reload could not be told from the first: the refusal stays on screen.
    }
  }

  async #watchPermission(): Promise<void> {
    if (!isGated(location.origin, this.address.origin)) return;
    const name = addressSpaceOf(this.address.origin) === 'loopback' ? 'loopback-network' : 'local-network';
    try {
      // The name is newer than the type library; browsers without it throw.
      const status = await navigator.permissions.query({ name: name as PermissionName });
      const tell = (): void => this.#send({ type: 'permission', permission: status.state as Permission });
      status.addEventListener('change', tell);
      tell();
    } catch {
      // No such permission here: the probe alone decides.
    }
  }
}

const refusedLooks: Partial<Record<string, PixelLook>> = {
  permission_denied: { state: 'blocked', word: 'Blocked by browser' },
  mixed_content: { state: 'blocked', word: 'Blocked by browser' },
  certificate: { state: 'blocked', word: 'Certificate not trusted' },
  wrong_origin: { state: 'blocked', word: 'Refused by agent' },
  agent_offline: { state: 'offline', word: 'Agent offline' },
};
