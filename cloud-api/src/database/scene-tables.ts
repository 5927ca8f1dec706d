/** A scene: frames of sensors, or of one video. A deleted one keeps its place and change number, so that projections hear of it. */
export interface ScenesTable {
  tenant_id: string;
  dataset_id: string;
  id: string;
  /** First 32 hex of SHA-256 of the reference id; null in deleted ones. */
  ref_key: string | null;
  reference_id: string | null;
  /** Place among the dataset's scenes; dense, never freed. */
  seq: number;
  /** `lidar` or `video`. */
  type: string;
  metadata: string;
  /** Of a video by frames, as JSON, so that it keeps its digits. */
  frame_rate: string | null;
  video_url: string | null;
  /** What frames there are: a digest of sensors and reference ids, which an update must keep. */
  structure: string;
  change_no: number;
  created_at: number;
}

/** Which item stands at a place of a scene. */
export interface SceneFramesTable {
  tenant_id: string;
  dataset_id: string;
  scene_id: string;
  /** From 0. */
  frame: number;
  /** Order within the frame, as sent. */
  place: number;
  /** Empty in videos. */
  sensor: string;
  item_seq: number;
}

/** What was found in a point cloud; those that were never fetched have none. */
export interface PointCloudsTable {
  tenant_id: string;
  dataset_id: string;
  item_seq: number;
  /** `PointCloudSummary` as JSON. */
  summary: string;
}

/** An object that is followed through frames. */
export interface TracksTable {
  tenant_id: string;
  dataset_id: string;
  /** First 32 hex of SHA-256 of the reference id. */
  ref_key: string;
  reference_id: string;
  metadata: string;
  created_at: number;
}

/** Tracks that were sent along with a scene. */
export interface SceneTracksTable {
  tenant_id: string;
  dataset_id: string;
  scene_id: string;
  track_key: string;
}

export interface SceneTables {
  scenes: ScenesTable;
  scene_frames: SceneFramesTable;
  point_clouds: PointCloudsTable;
  tracks: TracksTable;
  scene_tracks: SceneTracksTable;
}
