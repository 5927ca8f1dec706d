/** Where a flat map of the world stands in its window, and what its points mean. Longitude and latitude are equally spaced. Pure. */
import { withChoice } from '@nucleus/shared/query/facet-choice';

/** The middle of the window in degrees, and how many pixels a degree has. */
export interface MapStand {
  lon: number;
  lat: number;
  pxPerDegree: number;
}
export interface MapSize {
  width: number;
  height: number;
}
export interface MapBox {
  west: number;
  south: number;
  east: number;
  north: number;
}

const mostPxPerDegree = 4000;
const bucketPx = 44;
const grains = [30, 20, 10, 5, 2, 1, 0.5, 0.2, 0.1, 0.05, 0.02, 0.01] as const;

/** The whole world, as large as the window allows. */
export function wholeWorld({ width, height }: MapSize): MapStand {
  return { lon: 0, lat: 0, pxPerDegree: Math.max(0.1, Math.min(width / 360, height / 180)) };
}

/** Keeps a stand within the world: no smaller than whole, its middle on the map. */
export function clampStand(stand: MapStand, size: MapSize): MapStand {
  const pxPerDegree = Math.min(mostPxPerDegree, Math.max(wholeWorld(size).pxPerDegree, stand.pxPerDegree));
  return {
    pxPerDegree,
    lon: clampMiddle(stand.lon, size.width / pxPerDegree, 180),
    lat: clampMiddle(stand.lat, size.height / pxPerDegree, 90),
  };
}

export function toPixel(lon: number, lat: number, stand: MapStand, size: MapSize): { x: number; y: number } {
  return {
    x: size.width / 2 + (lon - stand.lon) * stand.pxPerDegree,
    y: size.height / 2 - (lat - stand.lat) * stand.pxPerDegree,
  };
}

export function toDegrees(x: number, y: number, stand: MapStand, size: MapSize): { lon: number; lat: number } {
  return {
    lon: stand.lon + (x - size.width / 2) / stand.pxPerDegree,
    lat: stand.lat - (y - size.height / 2) / stand.pxPerDegree,
  };
}

/** Zooms by a factor so that the place under a point of the window stays there. */
export function zoomMap(stand: MapStand, factor: number, at: { x: number; y: number }, size: MapSize): MapStand {
  const place = toDegrees(at.x, at.y, stand, size);
  const { pxPerDegree } = clampStand({ ...stand, pxPerDegree: stand.pxPerDegree * factor }, size);
  return clampStand(
    {
      pxPerDegree,
      lon: place.lon - (at.x - size.width / 2) / pxPerDegree,
      lat: place.lat + (at.y - size.height / 2) / pxPerDegree,
    },
    size,
  );
}

export function panMap(stand: MapStand, by: { x: number; y: number }, size: MapSize): MapStand {
  const { lon, lat, pxPerDegree } = stand;
  return clampStand({ pxPerDegree, lon: lon - by.x / pxPerDegree, lat: lat + by.y / pxPerDegree }, size);
}

/** The part of the world in the window. */
export function boxInView(stand: MapStand, size: MapSize): MapBox {
  return boxBetween({ x: 0, y: 0 }, { x: size.width, y: size.height }, stand, size);
}

/** The part of the world between two points of the window, in any order. */
export function boxBetween(
  a: { x: number; y: number },
  b: { x: number; y: number },
  stand: MapStand,
  size: MapSize,
): MapBox {
  const [one, other] = [toDegrees(a.x, a.y, stand, size), toDegrees(b.x, b.y, stand, size)];
  return {
    west: within(Math.min(one.lon, other.lon), 180),
    east: within(Math.max(one.lon, other.lon), 180),
    south: within(Math.min(one.lat, other.lat), 90),
    north: within(Math.max(one.lat, other.lat), 90),
  };
}

/** Side of the buckets that items are counted in, so that neither numbers nor circles crowd. */
export function grainFor({ pxPerDegree }: MapStand): number {
  return grains.findLast((grain) => grain * pxPerDegree >= bucketPx) ?? grains[0];
}

/** A query that finds only what lies in a box; an earlier box of the query gives way. @throws QueryError */
export function withBox(query: string, box: MapBox): string {
  const span = (from: number, to: number) => ({
    anyOf: [],
    leftOut: [],
    atLeast: Math.floor(from * 1000) / 1000,
    atMost: Math.ceil(to * 1000) / 1000,
  });
  return withChoice(withChoice(query, 'lat', span(box.south, box.north)), 'lon', span(box.west, box.east));
}

function within(value: number, most: number): number {
  return Math.min(most, Math.max(-most, value));
}

function clampMiddle(middle: number, shown: number, edge: number): number {
  const room = edge - shown / 2;
  return room <= 0 ? 0 : within(middle, room);
}
