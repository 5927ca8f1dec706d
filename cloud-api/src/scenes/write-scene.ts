/** Writes one scene with the items of its frames, in the caller's transaction, once everything it names is brought in. */
import { AppError } from '@nucleus/shared/failure/app-error';
import type { Metadata } from '@nucleus/shared/wire/dataset-item';
import { showImages } from '../attachments/item-assets.ts';
import type { KeptImage } from '../attachments/kept-image.ts';
import type { Acting } from '../audit/acting.ts';
import { writeAudit } from '../audit/write-audit.ts';
import type { Database } from '../database/open-database.ts';
import type { ItemsTable } from '../database/tables.ts';
import { claimWrite, type DatasetClaim, settleWrite } from '../datasets/claim-write.ts';
import { takeVectors } from '../embeddings/keep-vectors.ts';
import { newId } from '../ids/new-id.ts';
import { addItems, findKnownItems, replaceMetadata } from '../items/add-items.ts';
import { lockFieldTypes } from '../items/lock-field-types.ts';
import { refKey, spellConflict } from '../items/rules.ts';
import { ensureTracks } from '../tracks/ensure-tracks.ts';
import type { BroughtScene } from './intake-scene.ts';
import {
  changeScene,
  findSceneByKey,
  insertFrames,
  insertPointClouds,
  insertScene,
  insertSceneTracks,
  nextSceneSeq,
} from './queries.ts';
import { cutReference, frameMetadata, type PlacedFrame, type ReadScene, type SceneRow } from './rules.ts';

export interface WrittenScene {
  done: 'new' | 'updated' | 'ignored';
  items: number;
}

/** An item to be, at its place in the scene. */
interface NewFrame {
  frame: number;
  place: number;
  sensor: string;
  referenceId: string;
  kind: 'image' | 'pointcloud';
  url: string | undefined;
  metadata: Metadata;
  width: number | null;
  height: number | null;
  image: KeptImage | undefined;
  summary: string | undefined;
}

export interface SceneParts {
  /** Origin of the addresses that items without one of their own answer. */
  publicOrigin: string;
}

/**
 * A refused scene leaves nothing behind.
 * @throws AppError `dataset-not-found`, `invalid-request` with what is wrong with the scene
 */
export async function writeScene(
  tx: Database,
  acting: Acting,
  datasetId: string,
  input: { scene: ReadScene; brought: BroughtScene | undefined; update: boolean } & SceneParts,
): Promise<WrittenScene> {
  const { scene } = input;
  const claim = await claimWrite(tx, acting, datasetId);
  const place = { tenantId: acting.tenantId, datasetId };
  const there = await findSceneByKey(tx, place, refKey(scene.referenceId));
  if (there !== undefined && !input.update) return { done: 'ignored', items: scene.frames.length };
  if (there !== undefined) return updateScene(tx, acting, claim, there, scene);
  if (input.brought === undefined) throw refused('reference_id: the scene changed meanwhile, send it again');
  return addScene(tx, acting, claim, scene, framesOf(scene, input.brought), input.publicOrigin);
}

async function updateScene(
  tx: Database,
  acting: Acting,
  claim: DatasetClaim,
  there: SceneRow,
  scene: ReadScene,
): Promise<WrittenScene> {
  const place = { tenantId: acting.tenantId, datasetId: claim.datasetId };
  if (there.type !== scene.type || there.structure !== scene.structure)
    throw refused('frames: are others than those of the scene that is there; delete it first');
  const metadata = new Map(scene.frames.map(({ refKey: key, item }) => [key, frameMetadata(item)]));
  await assertTypes(
    tx,
    place,
    scene.frames.map((frame) => [frame, frameMetadata(frame.item)]),
  );
  await replaceMetadata(tx, acting, claim, metadata);
  await changeScene(tx, place, there.sceneId, {
    metadata: JSON.stringify(scene.metadata),
    frame_rate: scene.frameRate === null ? null : JSON.stringify(scene.frameRate),
    change_no: claim.changeNo,
  });
  await linkTracks(tx, acting, claim.datasetId, there.sceneId, scene);
  await writeAudit(tx, acting, { action: 'scenes.update', targetId: there.sceneId, amount: scene.frames.length });
  return { done: 'updated', items: scene.frames.length };
}

async function addScene(
  tx: Database,
  acting: Acting,
  claim: DatasetClaim,
  scene: ReadScene,
  frames: readonly NewFrame[],
  publicOrigin: string,
): Promise<WrittenScene> {
  const { datasetId, changeNo, nextSeq } = claim;
  const place = { tenantId: acting.tenantId, datasetId };
  const names = frames.map(({ referenceId }) => referenceId);
  const taken = await findKnownItems(tx, place, names);
  const twice = frames.find(({ referenceId }) => taken.has(referenceId));
  if (twice !== undefined) throw refused(`frames.${twice.frame}: an item of this dataset has the reference_id already`);
  await assertTypes(
    tx,
    place,
    frames.map((frame) => [frame, frame.metadata]),
  );
  const sceneId = newId('scene');
  const rows = frames.map((frame, at) => itemOf(acting, claim, frame, nextSeq + at, publicOrigin));
  await addItems(tx, rows);
  const vectors = await takeVectors(tx, place, { changeNo, nowMs: acting.nowMs }, 'custom');
  for (const [at, { image }] of frames.entries())
    if (image !== undefined) vectors.show(nextSeq + at, () => image.blurhash);
  await vectors.save();
  await showImages(
    tx,
    acting,
    datasetId,
    new Map(frames.flatMap(({ image }, at) => (image === undefined ? [] : [[rows[at]?.id ?? '', image] as const]))),
  );
  await insertScene(tx, {
    tenant_id: acting.tenantId,
    dataset_id: datasetId,
    id: sceneId,
    ref_key: refKey(scene.referenceId),
    reference_id: scene.referenceId,
    seq: await nextSceneSeq(tx, place),
    type: scene.type,
    metadata: JSON.stringify(scene.metadata),
    frame_rate: scene.frameRate === null ? null : JSON.stringify(scene.frameRate),
    video_url: scene.videoUrl,
    structure: scene.structure,
    change_no: changeNo,
    created_at: acting.nowMs,
  });
  const owner = { tenant_id: acting.tenantId, dataset_id: datasetId };
  await insertFrames(
    tx,
    frames.map(({ frame, place: order, sensor }, at) => ({
      ...owner,
      scene_id: sceneId,
      frame,
      place: order,
      sensor,
      item_seq: nextSeq + at,
    })),
  );
  await insertPointClouds(
    tx,
    frames.flatMap(({ summary }, at) => (summary === undefined ? [] : [{ ...owner, item_seq: nextSeq + at, summary }])),
  );
  await linkTracks(tx, acting, datasetId, sceneId, scene);
  await settleWrite(tx, acting.tenantId, datasetId, { nextSeq: nextSeq + rows.length, liveDelta: rows.length });
  await writeAudit(tx, acting, { action: 'scenes.add', targetId: sceneId, amount: rows.length });
  return { done: 'new', items: rows.length };
}

/** Metadata of items holds one kind of value in each field, in the whole dataset. */
async function assertTypes(
  tx: Database,
  { tenantId, datasetId }: { tenantId: string; datasetId: string },
  frames: readonly (readonly [Pick<PlacedFrame, 'frame'>, Metadata])[],
): Promise<void> {
  const types = await lockFieldTypes(tx, tenantId, datasetId);
  for (const [{ frame }, metadata] of frames) {
    const conflict = types.findConflict(metadata);
    if (conflict !== undefined) throw refused(`frames.${frame}: ${spellConflict(conflict, false)}`);
  }
  await types.save();
}

async function linkTracks(
  tx: Database,
  acting: Acting,
  datasetId: string,
  sceneId: string,
  { tracks }: ReadScene,
): Promise<void> {
  await ensureTracks(tx, acting, datasetId, tracks);
  const owner = { tenant_id: acting.tenantId, dataset_id: datasetId, scene_id: sceneId };
  const keys = new Set(tracks.map(({ reference_id }) => refKey(reference_id)));
  await insertSceneTracks(
    tx,
    Array.from(keys, (track_key) => ({ ...owner, track_key })),
  );
}

function framesOf(scene: ReadScene, { images, clouds, cut }: BroughtScene): NewFrame[] {
  if (scene.isCut)
    return cut.map((image, frame) => ({
      frame,
      place: 0,
      sensor: '',
      referenceId: cutReference(scene.referenceId, frame),
      kind: 'image',
      url: undefined,
      metadata: {},
      width: image.width,
      height: image.height,
      image,
      summary: undefined,
    }));
  return scene.frames.map((frame) => {
    const image = images.get(frame);
    const summary = clouds.get(frame);
    const { item } = frame;
    return {
      frame: frame.frame,
      place: frame.place,
      sensor: frame.sensor,
      referenceId: item.reference_id,
      kind: item.kind,
      url: item.url,
      metadata: frameMetadata(item),
      width: item.width ?? image?.width ?? null,
      height: item.height ?? image?.height ?? null,
      image,
      summary: summary && JSON.stringify(summary),
    };
  });
}

function itemOf(acting: Acting, claim: DatasetClaim, frame: NewFrame, seq: number, publicOrigin: string): ItemsTable {
  const id = newId('item');
  return {
    tenant_id: acting.tenantId,
    dataset_id: claim.datasetId,
    id,
    kind: frame.kind,
    ref_key: refKey(frame.referenceId),
    reference_id: frame.referenceId,
    seq,
    state: 'live',
    change_no: claim.changeNo,
    image_url: frame.url ?? `${publicOrigin}/v1/assets/${id}`,
    width: frame.width,
    height: frame.height,
    phash: frame.image?.phash ?? null,
    user_metadata: JSON.stringify(frame.metadata),
    agent_metadata: null,
    embedding_info: null,
    source_id: null,
    rev: 0,
    digest: '',
    created_at: acting.nowMs,
    updated_at: acting.nowMs,
  };
}

function refused(problem: string): AppError {
  return new AppError('invalid-request', problem);
}
