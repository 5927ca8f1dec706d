/** A generated picture: RGB, 8 bit, row-major. */
export interface Drawing {
  widthPx: number;
  heightPx: number;
  rgb: Uint8Array;
}

type Color = readonly [number, number, number];

const palettes: readonly (readonly [Color, Color, Color])[] = [
  [
    [24, 62, 84],
    [246, 178, 107],
    [252, 238, 214],
  ],
  [
    [33, 42, 68],
    [96, 142, 186],
    [236, 240, 233],
  ],
  [
    [38, 70, 53],
    [167, 190, 116],
    [243, 240, 214],
  ],
  [
    [88, 36, 62],
    [222, 118, 98],
    [252, 224, 196],
  ],
  [
    [52, 52, 58],
    [148, 150, 156],
    [238, 238, 236],
  ],
  [
    [20, 78, 82],
    [94, 188, 172],
    [240, 246, 232],
  ],
];

/**
 * Draws a landscape of layered hills under a sky with a sun, decided by `seed` alone: the same seed gives the same bytes.
 * @param seed any integer from 0.
 */
export function drawSample(seed: number, widthPx: number, heightPx: number): Drawing {
  const random = generator(seed + 1);
  const [dark, mid, light] = palettes[seed % palettes.length] ??
    palettes[0] ?? [
      [0, 0, 0],
      [128, 128, 128],
      [255, 255, 255],
    ];
  const sun = { x: widthPx * (0.15 + 0.7 * random()), y: heightPx * (0.15 + 0.25 * random()), radius: heightPx * 0.09 };
  const hills = Array.from({ length: 5 }, (_, layer) => ({
    base: heightPx * (0.42 + layer * 0.12),
    swell: heightPx * (0.05 + 0.05 * random()),
    waves: 1 + 3 * random() + layer,
    phase: random() * Math.PI * 2,
  }));
  const rgb = new Uint8Array(widthPx * heightPx * 3);
  for (let x = 0; x < widthPx; x++) {
    const tops = hills.map(
      ({ base, swell, waves, phase }) => base - swell * Math.sin((x / widthPx) * waves * Math.PI + phase),
    );
    for (let y = 0; y < heightPx; y++) {
      const layer = tops.findLastIndex((top) => y > top);
      const isSun = layer < 0 && (x - sun.x) ** 2 + (y - sun.y) ** 2 < sun.radius ** 2;
      const color = isSun
        ? [255, 250, 232]
        : layer < 0
          ? mix(mid, light, y / (heightPx * 0.6))
          : mix(mid, dark, (layer + 1) / hills.length);
      const grain = (random() - 0.5) * 6;
      for (let channel = 0; channel < 3; channel++) {
        rgb[(y * widthPx + x) * 3 + channel] = Math.max(0, Math.min(255, (color[channel] ?? 0) + grain));
      }
    }
  }
  return { widthPx, heightPx, rgb };
}

function mix(from: Color, to: Color, share: number): Color {
  const part = Math.max(0, Math.min(1, share));
  return [from[0] + (to[0] - from[0]) * part, from[1] + (to[1] - from[1]) * part, from[2] + (to[2] - from[2]) * part];
}

/** Numbers from 0 to 1 by a linear congruential generator (Numerical Recipes); good enough to draw with. */
function generator(seed: number): () => number {
  let state = (seed * 2_654_435_761) >>> 0;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}
