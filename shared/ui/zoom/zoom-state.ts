/**
 * Where a zoomed picture stands, in terms that fit pictures of any size: two that share a state show the same part. Pure.
 */
export interface ZoomState {
  /** 1 shows the whole picture, as large as the box allows. */
  scale: number;
  /** Point of the picture in the middle of the box, as fractions of its width and height. */
  x: number;
  y: number;
}
export interface Size {
  width: number;
  height: number;
}

export const wholePicture: ZoomState = { scale: 1, x: 0.5, y: 0.5 };
/** One pixel of the picture may cover this many of the screen's. */
const mostMagnified = 8;

/** Size of the whole picture in the box, in CSS pixels. */
export function fitted(picture: Size, box: Size): Size {
  const factor = Math.min(box.width / picture.width, box.height / picture.height);
  return { width: picture.width * factor, height: picture.height * factor };
}

/** The scale at which one pixel of the picture is one CSS pixel. */
export function actualScale(picture: Size, box: Size): number {
  return picture.width / Math.max(1e-9, fitted(picture, box).width);
}

/** Keeps a state within what makes sense: no smaller than whole, no emptier than the picture's edge in the box. */
export function clamped(state: ZoomState, picture: Size, box: Size): ZoomState {
  const most = Math.max(1, actualScale(picture, box) * mostMagnified);
  const scale = Math.min(most, Math.max(1, state.scale));
  const fit = fitted(picture, box);
  return {
    scale,
    x: clampCentre(state.x, box.width, fit.width * scale),
    y: clampCentre(state.y, box.height, fit.height * scale),
  };
}

/** Zooms by a factor so that the point of the picture under `at` stays there. @param at in CSS pixels from the box's top left */
export function zoomedAt(
  state: ZoomState,
  factor: number,
  at: { x: number; y: number },
  picture: Size,
  box: Size,
): ZoomState {
  const fit = fitted(picture, box);
  const scale = clamped({ ...state, scale: state.scale * factor }, picture, box).scale;
  const shift = 1 / state.scale - 1 / scale;
  return clamped(
    {
      scale,
      x: state.x + ((at.x - box.width / 2) / fit.width) * shift,
      y: state.y + ((at.y - box.height / 2) / fit.height) * shift,
    },
    picture,
    box,
  );
}

/** Moves the picture with the pointer. @param by in CSS pixels */
export function panned(state: ZoomState, by: { x: number; y: number }, picture: Size, box: Size): ZoomState {
  const fit = fitted(picture, box);
  return clamped(
    { ...state, x: state.x - by.x / (fit.width * state.scale), y: state.y - by.y / (fit.height * state.scale) },
    picture,
    box,
  );
}

/** Where the picture's top left corner and size are in the box, in CSS pixels. */
export function placed(state: ZoomState, picture: Size, box: Size): Size & { left: number; top: number } {
  const fit = fitted(picture, box);
  const width = fit.width * state.scale;
  const height = fit.height * state.scale;
  return { width, height, left: box.width / 2 - state.x * width, top: box.height / 2 - state.y * height };
}

function clampCentre(centre: number, box: number, shown: number): number {
  if (shown <= box) return 0.5;
  const edge = box / 2 / shown;
  return Math.min(1 - edge, Math.max(edge, centre));
}
