import { useKeys } from '@nucleus/shared/ui/keyboard/use-keys.ts';
import { Banner } from '@nucleus/shared/ui/parts/banner.tsx';
import { CopyButton } from '@nucleus/shared/ui/parts/copy-button.tsx';
import { clock } from '@nucleus/shared/ui/words/quantities.ts';
import { CloudOff, ExternalLink, Eye, type LucideIcon, ShieldAlert, X } from 'lucide-react';
import { type ReactElement, useState, useSyncExternalStore } from 'react';
import type { AgentPixels } from './agent-pixels.ts';
import { hostOf, permissionNeeded, type Remedy, refusalWords } from './refusals.ts';

/** Asks for pixels of one agent, says that they are on, or why not and what to do. */
export function PixelBanner({ pixels }: { pixels: AgentPixels }): ReactElement | null {
  const state = useSyncExternalStore(pixels.subscribe, pixels.state);
  const [isHidden, setHidden] = useState(false);
  const { origin } = pixels.address;
  const host = hostOf(origin);
  const viewer = `${origin}/viewer/`;
  useKeys({
    p: () => (state.at === 'on' ? pixels.stop() : pixels.show()),
    v: () => void open(viewer, '_blank', 'noopener'),
  });
  if (isHidden && state.at === 'ask') return null;
  const toViewer = (
    <a className="btn ghost dense" href={viewer} target="_blank" rel="noopener noreferrer">
      Open in local viewer <ExternalLink className="icon s" aria-hidden="true" />
    </a>
  );
  switch (state.at) {
    case 'ask': {
      const needs = state.permission === 'prompt';
      return (
        <Banner
          tone="in"
          icon={Eye}
          title={`Show pixels from ${host}?`}
          {...(needs ? { code: 'permission_needed' } : {})}
          actions={
            <>
              <button type="button" className="btn inside dense" onClick={() => pixels.show()}>
                Show pixels <kbd>P</kbd>
              </button>
              {toViewer}
              <button
                type="button"
                className="btn ghost icon-only dense"
                aria-label="Not now"
                onClick={() => setHidden(true)}
              >
                <X className="icon s" aria-hidden="true" />
              </button>
            </>
          }
        >
          {needs ? permissionNeeded(origin) : 'Straight from the agent to this browser, never through the cloud.'}
        </Banner>
      );
    }
    case 'connecting':
      return (
        <Banner
          tone="in"
          icon={Eye}
          title={`Waiting for consent at ${host}.`}
          actions={
            <button type="button" className="btn dense" onClick={() => pixels.stop()}>
              Cancel
            </button>
          }
        >
          Answer in the window that opened.
        </Banner>
      );
    case 'checking':
    case 'probing':
      return (
        <Banner tone="in" icon={Eye} title={`Reaching ${host}.`}>
          {permissionNeeded(origin)}
        </Banner>
      );
    case 'on':
      return (
        <Banner
          tone="in"
          icon={Eye}
          title="Pixels on"
          actions={
            <>
              {toViewer}
              <button type="button" className="btn dense" onClick={() => pixels.stop()}>
                Stop <kbd>P</kbd>
              </button>
            </>
          }
        >
          from {host} until {clock(state.session.expiresAt)}.
        </Banner>
      );
    case 'refused': {
      const { lastHeartbeatMs, isLive } = pixels.address;
      const words = refusalWords(state.code, {
        agentOrigin: origin,
        agentName: host,
        dashboardOrigin: location.origin,
        silentS: isLive || lastHeartbeatMs === null ? undefined : (Date.now() - lastHeartbeatMs) / 1000,
        skewS: state.skewS,
      });
      return (
        <Banner
          tone="w"
          icon={refusalIcons[state.code] ?? ShieldAlert}
          title={words.title}
          code={state.code}
          actions={
            <>
              {words.remedies.map((remedy) => (
                <RemedyButton key={remedy.label} remedy={remedy} pixels={pixels} />
              ))}
              {toViewer}
            </>
          }
        >
          {words.sentence}
        </Banner>
      );
    }
  }
}

const refusalIcons: Record<string, LucideIcon> = { agent_offline: CloudOff, session_expired: Eye };

function RemedyButton({ remedy, pixels }: { remedy: Remedy; pixels: AgentPixels }): ReactElement {
  if (remedy.does === 'copy') return <CopyButton text={remedy.text} label={remedy.label} />;
  if (remedy.does === 'open-agent') {
    return (
      <a className="btn dense" href={`${pixels.address.origin}/viewer/`} target="_blank" rel="noopener noreferrer">
        {remedy.label} <ExternalLink className="icon s" aria-hidden="true" />
      </a>
    );
  }
  return (
    <button type="button" className="btn dense" onClick={() => pixels.show()}>
      {remedy.label}
    </button>
  );
}
