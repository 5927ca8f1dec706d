import { geoEquirectangular, geoPath } from 'd3-geo';
import { feature } from 'topojson-client';
import world from 'world-atlas/land-110m.json';

const topology = world as unknown as Parameters<typeof feature>[0] & {
  objects: { land: Parameters<typeof feature>[1] };
};
/** One unit of the drawing is one degree. */
const flat = geoEquirectangular()
  .scale(180 / Math.PI)
  .translate([0, 0])
  .precision(0);

/** The land of the world as an SVG path: x is the longitude, y the latitude turned upside down. Public domain data, part of the bundle. */
export const landPath = geoPath(flat)(feature(topology, topology.objects.land)) ?? '';
