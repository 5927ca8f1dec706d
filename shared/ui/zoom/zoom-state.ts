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
/** One pixel of the picture may cover this many CSS pixels. */
const mostMagnified = 8;
const keyStep = 1.4;
const keyPanPx = 60;

/** Size of the whole picture in the box, in CSS pixels. */
export function fitted(picture: Size, box: Size): Size {
  const factor = Math.min(box.width / picture.width, box.height / picture.height);
  return { width: picture.width * factor, height: picture.height * factor };
}

/** The scale at which one pixel of the picture is one of the screen's. @param density screen pixels a CSS pixel */
export function actualScale(picture: Size, box: Size, density: number): number {
  return picture.width / Math.max(1e-9, fitted(picture, box).width * density);
}

/** Keeps a state within what makes sense: no smaller than whole, no emptier than the picture's edge in the box. */
export function clamped(state: ZoomState, picture: Size, box: Size): ZoomState {
  const most = Math.max(1, actualScale(picture, box, 1) * mostMagnified);
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

/** Whole, or pixel for pixel around a point, but at least twice as large. */
export function toggled(
  state: ZoomState,
  at: { x: number; y: number },
  picture: Size,
  box: Size,
  density: number,
): ZoomState {
  if (state.scale > 1) return wholePicture;
  return zoomedAt(state, Math.max(2, actualScale(picture, box, density)), at, picture, box);
}

/**
 * Where a picture stands after a key, or undefined when the key is not for it: + and - zoom, 0 shows the whole, 1 pixel for pixel, Z one or
 * the other, and arrows move what does not fit.
 */
export function afterKey(
  key: string,
  state: ZoomState,
  picture: Size,
  box: Size,
  density: number,
): ZoomState | undefined {
  const middle = { x: box.width / 2, y: box.height / 2 };
  const by = (factor: number): ZoomState => zoomedAt(state, factor, middle, picture, box);
  const move = (x: number, y: number): ZoomState | undefined =>
    // with the whole picture in sight the arrows are the page's: they go to the next item
    state.scale > 1 ? panned(state, { x, y }, picture, box) : undefined;
  switch (key.toLowerCase()) {
    case '+':
    case '=':
      return by(keyStep);
    case '-':
      return by(1 / keyStep);
    case '0':
      return wholePicture;
    case '1':
      return by(actualScale(picture, box, density) / state.scale);
    case 'z':
      return toggled(state, middle, picture, box, density);
    case 'arrowleft':
      return move(keyPanPx, 0);
    case 'arrowright':
      return move(-keyPanPx, 0);
    case 'arrowup':
      return move(0, keyPanPx);
    case 'arrowdown':
      return move(0, -keyPanPx);
    default:
      return undefined;
  }
}

function clampCentre(centre: number, box: number, shown: number): number {
  if (shown <= box) return 0.5;
  const edge = box / 2 / shown;
  return Math.min(1 - edge, Math.max(edge, centre));
}
