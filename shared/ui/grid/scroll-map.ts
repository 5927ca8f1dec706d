/**
 * Browsers stop at about 17 million pixels of scroll height; a million tiles want more. The scroll box is kept below a limit and a
 * position in it stands for one in the result ("virtual"). Small scrolls move 1:1; dragging the bar maps by proportion; near both
 * ends the two agree, so that the first and the last row are reached exactly. Pure.
 */

export interface ScrollExtent {
  /** Height of the result. */
  total: number;
  /** Height of what is seen. */
  viewport: number;
}
export interface ScrollPlace {
  scrollTop: number;
  /** Virtual position minus scroll position; rows are drawn at `y - offset`. */
  offset: number;
}

export const maxBoxHeight = 4_000_000;
const exactEdge = 200_000;

export function boxHeight(total: number): number {
  return Math.min(total, maxBoxHeight);
}

/** The virtual position that a scroll position stands for by proportion. */
export function toVirtual(scrollTop: number, total: number): number {
  const box = boxHeight(total);
  if (box === total || scrollTop <= exactEdge) return scrollTop;
  if (scrollTop >= box - exactEdge) return total - (box - scrollTop);
  return exactEdge + (scrollTop - exactEdge) * ((total - 2 * exactEdge) / (box - 2 * exactEdge));
}

/** The inverse of {@link toVirtual}. */
export function toScrollTop(virtual: number, total: number): number {
  const box = boxHeight(total);
  if (box === total || virtual <= exactEdge) return virtual;
  if (virtual >= total - exactEdge) return box - (total - virtual);
  return exactEdge + (virtual - exactEdge) * ((box - 2 * exactEdge) / (total - 2 * exactEdge));
}

/** Where a scroll event leads. A jump further than a few screens is the bar being dragged. */
export function scrolledTo(previous: ScrollPlace, scrollTop: number, extent: ScrollExtent): ScrollPlace {
  const isJump = Math.abs(scrollTop - previous.scrollTop) > 4 * extent.viewport;
  const offset = isJump ? toVirtual(scrollTop, extent.total) - scrollTop : previous.offset;
  return { scrollTop, offset };
}

/** The place that shows a virtual position, kept inside the result, with box and result in proportion. */
export function placeAt(virtual: number, extent: ScrollExtent): ScrollPlace {
  const bounded = Math.max(0, Math.min(virtual, extent.total - extent.viewport));
  const scrollTop = Math.round(toScrollTop(bounded, extent.total));
  return { scrollTop, offset: bounded - scrollTop };
}

/** Whether the box has run out before the result has: the place must then be set anew at once. */
export function isAtWrongEdge(place: ScrollPlace, extent: ScrollExtent): boolean {
  const virtual = place.scrollTop + place.offset;
  const end = boxHeight(extent.total) - extent.viewport;
  const isPast = virtual < -1 || virtual > extent.total - extent.viewport + 1;
  const isStuck =
    (place.scrollTop <= 1 && virtual > 1) ||
    (place.scrollTop >= end - 1 && virtual < extent.total - extent.viewport - 1);
  return isPast || isStuck;
}
