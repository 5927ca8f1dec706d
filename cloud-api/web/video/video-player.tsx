import type { PixelLook } from '@nucleus/shared/ui/pixels/pixel-source.ts';
import { usePixel } from '@nucleus/shared/ui/pixels/use-pixel.ts';
import { count, runningTime } from '@nucleus/shared/ui/words/quantities.ts';
import { visibleText } from '@nucleus/shared/ui/words/visible-text.ts';
import { Pause, Play, StepBack, StepForward } from 'lucide-react';
import { type KeyboardEvent, type ReactElement, useEffect, useRef, useState } from 'react';
import { useItem } from '../compare/use-item.ts';
import { frameAt, steppedTime, usualRate } from './frame-time.ts';
import './video.css';

interface VideoPlayerProps {
  datasetId: string;
  referenceId: string;
  /** Alias of the source whose agent has it. */
  source: string | undefined;
}

/** A video straight from the agent: play, seek, and step frame by frame. */
export function VideoPlayer({ datasetId, referenceId, source }: VideoPlayerProps): ReactElement {
  const look = usePixel(source === undefined ? undefined : { source, ref: referenceId, variant: 'original' });
  const { frame_rate: rate, codec } = useItem(datasetId, referenceId).data?.metadata ?? {};
  const [brokenUrl, setBrokenUrl] = useState<string>();
  const name = visibleText(referenceId);
  if (look.state !== 'link' || look.url === brokenUrl) {
    return (
      <div className="video-view" role="img" aria-label={name}>
        <p className="empty">{look.state === 'link' ? unplayable(codec) : waitingWords(look)}</p>
      </div>
    );
  }
  return (
    <Playing
      key={look.url}
      url={look.url}
      name={name}
      rate={typeof rate === 'number' && rate > 0 ? rate : usualRate}
      isGuess={typeof rate !== 'number'}
      onBroken={() => setBrokenUrl(look.url)}
    />
  );
}

interface PlayingProps {
  url: string;
  name: string;
  /** Frames a second. */
  rate: number;
  /** The rate is not in the record. */
  isGuess: boolean;
  onBroken: () => void;
}

function Playing({ url, name, rate, isGuess, onBroken }: PlayingProps): ReactElement {
  const video = useRef<HTMLVideoElement>(null);
  const [at, setAt] = useState({ seconds: 0, duration: Number.NaN, isPaused: true });
  useEffect(() => {
    const element = video.current;
    // a link that is let go must not go on loading
    return () => {
      element?.removeAttribute('src');
      element?.load();
    };
  }, []);
  const look = (): void => {
    const element = video.current;
    if (element !== null) setAt({ seconds: element.currentTime, duration: element.duration, isPaused: element.paused });
  };
  const seek = (seconds: number): void => {
    const element = video.current;
    if (element === null) return;
    element.pause();
    element.currentTime = seconds;
  };
  const step = (by: number): void => {
    const element = video.current;
    if (element !== null) seek(steppedTime(element.currentTime, by, rate, element.duration));
  };
  const toggle = (): void => {
    const element = video.current;
    if (element === null) return;
    // a play that is cut off by a pause is no failure
    if (element.paused) void element.play().catch(() => undefined);
    else element.pause();
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const isButton = event.target instanceof HTMLButtonElement;
    if (event.key === ' ' && !isButton) toggle();
    else if (event.key === '<' || event.key === ',') step(-1);
    else if (event.key === '>' || event.key === '.') step(1);
    else if (/^\d$/.test(event.key) && Number.isFinite(at.duration)) seek((at.duration * Number(event.key)) / 10);
    else return;
    event.preventDefault();
    event.stopPropagation();
  };
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: the keys of everything inside, the buttons below do the same
    <div className="video-view" onKeyDown={onKeyDown}>
      {/* biome-ignore lint/a11y/useMediaCaption: recordings of cameras come without captions */}
      <video
        ref={video}
        src={url}
        aria-label={name}
        tabIndex={0}
        className="zoom-view"
        playsInline
        preload="auto"
        onClick={toggle}
        onLoadedMetadata={look}
        onTimeUpdate={look}
        onSeeked={look}
        onPlay={look}
        onPause={look}
        onError={onBroken}
      />
      <div className="row video-bar">
        <button
          type="button"
          className="btn icon-only dense"
          aria-label={at.isPaused ? 'Play' : 'Pause'}
          onClick={toggle}
        >
          {at.isPaused ? (
            <Play className="icon s" aria-hidden="true" />
          ) : (
            <Pause className="icon s" aria-hidden="true" />
          )}
        </button>
        <button
          type="button"
          className="btn icon-only dense"
          aria-label="One frame back"
          title="One frame back (<)"
          onClick={() => step(-1)}
        >
          <StepBack className="icon s" aria-hidden="true" />
        </button>
        <button
          type="button"
          className="btn icon-only dense"
          aria-label="One frame on"
          title="One frame on (>)"
          onClick={() => step(1)}
        >
          <StepForward className="icon s" aria-hidden="true" />
        </button>
        <input
          className="zoom video-seek"
          type="range"
          aria-label="Place in the video, seconds"
          min={0}
          max={Number.isFinite(at.duration) ? at.duration : 0}
          step={1 / rate}
          value={at.seconds}
          onChange={({ target }) => seek(Number(target.value))}
        />
        <span className="sm mono nowrap" role="status">
          {runningTime(at.seconds * 1000)} / {Number.isFinite(at.duration) ? runningTime(at.duration * 1000) : '…'}
          <span className="t3">
            {' '}
            frame {count(frameAt(at.seconds, rate) + 1)}
            {isGuess && ` at ${usualRate} a second`}
          </span>
        </span>
      </div>
    </div>
  );
}

function unplayable(codec: unknown): string {
  const named = typeof codec === 'string' ? ` (${visibleText(codec)})` : '';
  return `This browser does not play the video${named}. Open it in the local viewer, or save the file there.`;
}

function waitingWords(look: PixelLook): string {
  if (look.state === 'load') return 'Asking the agent for the video.';
  if (look.state === 'blur') return 'The video stays inside. Show pixels (P) to play it, straight from the agent.';
  return 'word' in look ? `${look.word}.` : '';
}
