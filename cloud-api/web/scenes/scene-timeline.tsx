import { failureSentence } from '@nucleus/shared/ui/client/call-failure.ts';
import { count } from '@nucleus/shared/ui/words/quantities.ts';
import { sceneEndpoints } from '@nucleus/shared/wire/scenes';
import { useQuery } from '@tanstack/react-query';
import { ChevronLeft, ChevronRight, Eye, EyeOff, Pause, Play } from 'lucide-react';
import type { ReactElement } from 'react';
import { callCloud } from '../cloud/call-cloud.ts';
import type { ColourOf } from '../labels/class-colours.ts';
import { TrackLanes } from './track-lanes.tsx';
import type { Player } from './use-player.ts';

interface SceneTimelineProps {
  datasetId: string;
  sceneRef: string;
  frames: number;
  rate: number | undefined;
  player: Player;
  colourOf: ColourOf;
  isShown: boolean;
  onLabels: () => void;
}

/** The frames of a scene as a line to go along, with its tracks below. */
export function SceneTimeline(props: SceneTimelineProps): ReactElement {
  const { datasetId, sceneRef, frames, rate, player, colourOf } = props;
  const { frame, isPlaying } = player;
  const tracks = useQuery({
    queryKey: ['scene-tracks', datasetId, sceneRef],
    queryFn: ({ signal }) =>
      callCloud(sceneEndpoints.listSceneTracks, { params: { datasetId }, body: { scene: sceneRef }, signal }),
  });
  const words = `${count(frame + 1)} of ${count(frames)}`;
  return (
    <section className="card" aria-label="Frames">
      <div className="row in scene-bar">
        <button
          type="button"
          className="btn icon-only"
          aria-label={isPlaying ? 'Pause' : 'Play'}
          onClick={player.toggle}
        >
          {isPlaying ? <Pause className="icon" aria-hidden="true" /> : <Play className="icon" aria-hidden="true" />}
        </button>
        <span className="row g2">
          <button
            type="button"
            className="btn ghost icon-only"
            aria-label="Previous frame"
            title="Previous frame (←)"
            disabled={frame === 0}
            onClick={() => player.goTo(frame - 1)}
          >
            <ChevronLeft className="icon" aria-hidden="true" />
          </button>
          <button
            type="button"
            className="btn ghost icon-only"
            aria-label="Next frame"
            title="Next frame (→)"
            disabled={frame === frames - 1}
            onClick={() => player.goTo(frame + 1)}
          >
            <ChevronRight className="icon" aria-hidden="true" />
          </button>
        </span>
        <span className="nowrap">
          <b>{words}</b>
          {rate !== undefined && <span className="t3 sm"> {(frame / rate).toFixed(2)} s</span>}
        </span>
        <button
          type="button"
          className="btn dense end"
          aria-pressed={props.isShown}
          title="Labels on, off (B)"
          onClick={props.onLabels}
        >
          {props.isShown ? (
            <Eye className="icon s" aria-hidden="true" />
          ) : (
            <EyeOff className="icon s" aria-hidden="true" />
          )}
          Labels <kbd className="hide-s">B</kbd>
        </button>
      </div>
      <div className="lane scene-line">
        <span className="lane-name sm t3 hide-s">Frame</span>
        <input
          type="range"
          className="zoom scene-slider"
          aria-label="Frame"
          aria-valuetext={`Frame ${words}`}
          min={0}
          max={Math.max(0, frames - 1)}
          value={frame}
          onChange={({ target }) => player.goTo(Number(target.value))}
          onKeyDown={(event) => {
            if (event.key !== ' ') return;
            event.preventDefault();
            player.toggle();
          }}
        />
        <span className="lane-count" />
      </div>
      {tracks.isError ? (
        <p className="in sm c-d" role="alert">
          The tracks did not load. {failureSentence(tracks.error)}
        </p>
      ) : (
        <div aria-busy={tracks.isPending}>
          {tracks.data !== undefined && (
            <TrackLanes
              tracks={tracks.data.tracks}
              frames={frames}
              frame={frame}
              colourOf={colourOf}
              onFrame={player.goTo}
            />
          )}
        </div>
      )}
    </section>
  );
}
