import { failureCode, failureSentence } from '@nucleus/shared/ui/client/call-failure.ts';
import { useKeys } from '@nucleus/shared/ui/keyboard/use-keys.ts';
import { Banner } from '@nucleus/shared/ui/parts/banner.tsx';
import { EmptyState } from '@nucleus/shared/ui/parts/empty-state.tsx';
import { PixelContext } from '@nucleus/shared/ui/pixels/use-pixel.ts';
import { counted } from '@nucleus/shared/ui/words/quantities.ts';
import { visibleText } from '@nucleus/shared/ui/words/visible-text.ts';
import { type Scene, sceneEndpoints } from '@nucleus/shared/wire/scenes';
import { useQuery } from '@tanstack/react-query';
import { CloudOff, Film, SearchX } from 'lucide-react';
import { type ReactElement, useEffect } from 'react';
import { navigate } from 'wouter/use-browser-location';
import { callCloud } from '../cloud/call-cloud.ts';
import { PageLink } from '../frame/page-link.tsx';
import { useLabelChoices } from '../labels/label-choices.ts';
import { readLabels, truthLayer } from '../labels/label-views.ts';
import { useClassColours } from '../labels/use-runs.ts';
import { PixelBanner } from '../pixels/pixel-banner.tsx';
import { useDatasetPixels } from '../pixels/use-dataset-pixels.ts';
import { datasetPagePath, scenePath } from '../route.ts';
import { CameraView } from './camera-view.tsx';
import { CloudCard } from './cloud-card.tsx';
import { FrameLabels } from './frame-labels.tsx';
import { framesOf, isCloud, plainFields } from './frames.ts';
import './scenes.css';
import { SceneTimeline } from './scene-timeline.tsx';
import { useFrame } from './use-frame.ts';
import { usePlayer } from './use-player.ts';

interface ScenePageProps {
  datasetId: string;
  sceneRef: string;
}

/** Frames a second of scenes that have no rate of their own. */
const usualRate = 4;

/** One scene: its frames in time, what every sensor has of the frame, and its tracks. */
export function ScenePage({ datasetId, sceneRef }: ScenePageProps): ReactElement {
  const scene = useQuery({
    queryKey: ['scene', datasetId, sceneRef],
    queryFn: ({ signal }) => callCloud(sceneEndpoints.getScene, { params: { datasetId, sceneRef }, signal }),
  });
  useEffect(() => {
    document.title = `${visibleText(sceneRef)} · Nucleus`;
  }, [sceneRef]);
  if (scene.data !== undefined) return <Frames datasetId={datasetId} scene={scene.data} />;
  if (!scene.isError) return <div className="page" aria-busy="true" />;
  const isGone = failureCode(scene.error) === 'scene-not-found';
  return (
    <EmptyState
      icon={isGone ? SearchX : CloudOff}
      title={isGone ? 'This scene is not here' : 'The scene did not load'}
      actions={
        isGone ? (
          <PageLink to={datasetPagePath(datasetId, 'scenes')} className="btn lead">
            See the scenes
          </PageLink>
        ) : (
          <button type="button" className="btn lead" onClick={() => void scene.refetch()}>
            Try again
          </button>
        )
      }
    >
      <p>{isGone ? 'It was deleted, or its name has changed.' : failureSentence(scene.error)}</p>
    </EmptyState>
  );
}

function Frames({ datasetId, scene }: { datasetId: string; scene: Scene }): ReactElement {
  const frames = framesOf(scene);
  const player = usePlayer(frames.length, scene.frame_rate ?? usualRate, startFrame());
  const { frame, isPlaying } = player;
  const content = useFrame(datasetId, frames, frame);
  const colourOf = useClassColours(datasetId);
  const [choices, change] = useLabelChoices(datasetId);
  const { pixels, agents } = useDatasetPixels(datasetId);
  useKeys({
    ' ': (event) => {
      // a button keeps its own key
      if (event.target instanceof HTMLButtonElement) event.target.click();
      else player.toggle();
    },
    'arrowleft': () => player.goTo(frame - 1),
    'arrowright': () => player.goTo(frame + 1),
    '<': () => player.goTo(frame - 1),
    '>': () => player.goTo(frame + 1),
    'home': () => player.goTo(0),
    'end': () => player.goTo(frames.length - 1),
    'b': () => change({ isShown: !choices.isShown }),
    'n': () => change({ showsNames: !choices.showsNames }),
  });
  useEffect(() => {
    if (!isPlaying) navigate(`${scenePath(datasetId, scene.reference_id)}?frame=${frame + 1}`, { replace: true });
  }, [isPlaying, frame, datasetId, scene.reference_id]);
  const sensors = frames[frame] ?? [];
  const clouds = sensors.filter(({ item }) => isCloud(item));
  const cameras = sensors.filter(({ item }) => !isCloud(item));
  const labels = [...content.labels.values()].flat();
  return (
    <PixelContext value={pixels}>
      <div className="page scene">
        <SceneHead scene={scene} frames={frames.length} />
        {agents.map((agent) => (
          <PixelBanner key={agent.address.origin} pixels={agent} />
        ))}
        {content.error !== null && (
          <Banner tone="w" icon={CloudOff} title="This frame did not load whole." isBox>
            {failureSentence(content.error)}
          </Banner>
        )}
        {frames.length === 0 ? (
          <EmptyState icon={Film} title="No frames">
            <p>
              {scene.video_url === undefined
                ? 'The items of its frames were deleted.'
                : 'This video came as a file. Its frames appear here once they are cut, or when they are sent along.'}
            </p>
          </EmptyState>
        ) : (
          <>
            <SceneTimeline
              datasetId={datasetId}
              sceneRef={scene.reference_id}
              frames={frames.length}
              rate={scene.frame_rate}
              player={player}
              colourOf={colourOf}
              isShown={choices.isShown}
              onLabels={() => change({ isShown: !choices.isShown })}
            />
            <div className={clouds.length > 0 ? 'mainside' : 'col'}>
              <div className="col g6">
                <div className={`cameras${cameras.length === 1 ? ' one' : ''}`} aria-busy={content.isPending}>
                  {cameras.map((sensor) => (
                    <CameraView
                      key={sensor.name}
                      datasetId={datasetId}
                      sensor={sensor}
                      tile={content.tiles.get(sensor.item.reference_id)}
                      labels={content.labels.get(sensor.item.reference_id) ?? []}
                      cuboids={content.cuboids}
                      colourOf={colourOf}
                      choices={choices}
                    />
                  ))}
                </div>
                <FrameLabels labels={labels} sensors={sensors} colourOf={colourOf} />
              </div>
              {clouds.length > 0 && (
                <CloudCard clouds={clouds} cameras={cameras} cuboids={content.cuboids} colourOf={colourOf} />
              )}
            </div>
          </>
        )}
      </div>
    </PixelContext>
  );
}

function SceneHead({ scene, frames }: { scene: Scene; frames: number }): ReactElement {
  const fields = plainFields(scene.metadata);
  const said = readLabels(scene.annotations ?? {}, truthLayer);
  return (
    <div className="phead">
      <div className="grow">
        <h1 className="brk">{visibleText(scene.reference_id)}</h1>
        <p>
          {scene.type === 'video' ? 'Video' : 'Lidar'}, {counted(frames, 'frame')}
          {scene.frame_rate !== undefined && ` at ${scene.frame_rate} a second`}
          {scene.tracks.length > 0 && `, ${counted(scene.tracks.length, 'track')}`}
        </p>
      </div>
      {said.length > 0 && (
        <ul className="row wrap g3" aria-label="Categories">
          {said.map(({ id, name, taxonomy }) => (
            <li key={id} className="pill sq cl">
              {taxonomy !== undefined && `${visibleText(taxonomy)} `}
              {visibleText(name)}
            </li>
          ))}
        </ul>
      )}
      {fields.length > 0 && (
        <ul className="row wrap g3" aria-label="Metadata">
          {fields.map(([name, value]) => (
            <li key={name} className="pill sq">
              <span className="t3">{visibleText(name)}</span> {visibleText(value)}
            </li>
          ))}
        </ul>
      )}
    </div>
  );
}

/** The frame that the address names, from 0. */
function startFrame(): number {
  const named = Number(new URLSearchParams(location.search).get('frame') ?? 1);
  return Number.isInteger(named) && named > 0 ? named - 1 : 0;
}
