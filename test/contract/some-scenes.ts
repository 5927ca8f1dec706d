/** Scenes as the Python client sends them; their addresses lead nowhere unless `origin` says where. */
const nowhere = 'https://files.test';

const cameraParams = {
  position: { x: 1, y: 2.5, z: 0 },
  heading: { w: 1, x: 0, y: 0, z: 0 },
  fx: 900,
  fy: 900,
  cx: 320,
  cy: 240,
};

/** An item of a frame, without what is not given. */
export const frameItem = (ref: string, type: 'image' | 'pointcloud', url: string, over: object = {}) => ({
  metadata: {},
  reference_id: ref,
  url,
  type,
  ...over,
});

/** Frames of one lidar and one camera. */
export const lidarScene = (ref: string, frames = 2, origin = nowhere, over: object = {}) => ({
  reference_id: ref,
  metadata: { site: 'yard', n: 3 },
  frames: Array.from({ length: frames }, (_, i) => ({
    lidar: frameItem(`${ref}/cloud/${i}`, 'pointcloud', `${origin}/cloud.json`),
    front: frameItem(`${ref}/front/${i}`, 'image', `${origin}/a.jpg`, { camera_params: cameraParams }),
  })),
  tracks: [{ reference_id: `${ref}/car`, metadata: { colour: 'red' } }],
  ...over,
});

/** As privacy mode wants it: address, frame rate and addresses of the frames. */
export const videoScene = (ref: string, frames = 2, over: object = {}) => ({
  reference_id: ref,
  metadata: { night: 'yes' },
  video_url: `${nowhere}/${ref}.mp4`,
  frame_rate: 29.97,
  upload_to_scale: false,
  frames: Array.from({ length: frames }, (_, i) => frameItem(`${ref}/${i}`, 'image', `${nowhere}/${ref}/${i}.jpg`)),
  ...over,
});

/** A privacy-mode dataset with one lidar scene, both called `name`; answers its id. */
export async function aSceneDataset(
  call: (path: string, body: object) => Promise<{ body: any }>,
  name: string,
): Promise<string> {
  const dataset = { name, is_scene: true, use_privacy_mode: true };
  const id = (await call('/v1/nucleus/dataset/create', dataset)).body.dataset_id;
  await call(`/v1/nucleus/${id}/upload_scenes`, { scenes: [lidarScene(name)] });
  return id;
}
