/** Where a picture stands in its box. All in CSS pixels; `scale` is CSS pixels a picture pixel. Pure. */
export interface Look {
  scale: number;
  x: number;
  y: number;
}
interface Size {
  width: number;
  height: number;
}

const largestScale = 16;

/** The whole picture in the middle, never larger than pixel for pixel of the screen's CSS pixels. */
export function fitted(box: Size, picture: Size): Look {
  const scale = Math.min(1, box.width / picture.width, box.height / picture.height);
  return within({ scale, x: 0, y: 0 }, box, picture);
}

/** Zoomed by a factor, with what is at `at` staying there. */
export function zoomedAt(look: Look, by: number, at: { x: number; y: number }, box: Size, picture: Size): Look {
  const least = fitted(box, picture).scale;
  const scale = Math.min(Math.max(look.scale * by, least), Math.max(largestScale, least));
  const grown = scale / look.scale;
  return within({ scale, x: at.x - (at.x - look.x) * grown, y: at.y - (at.y - look.y) * grown }, box, picture);
}

export function panned(look: Look, x: number, y: number, box: Size, picture: Size): Look {
  return within({ ...look, x: look.x + x, y: look.y + y }, box, picture);
}

/** A side that fits stands in the middle; one that does not leaves no gap. */
function within({ scale, x, y }: Look, box: Size, picture: Size): Look {
  const side = (place: number, room: number, length: number): number =>
    length <= room ? (room - length) / 2 : Math.min(0, Math.max(room - length, place));
  return { scale, x: side(x, box.width, picture.width * scale), y: side(y, box.height, picture.height * scale) };
}
