const shortEdgePx = 64;

/** Size of the analysis raster, and by what the picture shrinks to it. */
export interface AnalysisSize {
  width: number;
  height: number;
  factor: 1 | 2 | 4 | 8;
  /** Whether the factor divides both edges, so that no pixel is left over at one. */
  isExact: boolean;
}

/**
 * The one raster from which every descriptor is made: the strongest shrink-on-load (a JPEG decoder's 8, 4 or 2) that
 * leaves the short edge at 64 pixels or more. Other formats shrink to the same size, so that the same picture gives the
 * same descriptors whatever holds it.
 */
export function analysisSize(width: number, height: number): AnalysisSize {
  const factor = ([8, 4, 2] as const).find((by) => Math.ceil(Math.min(width, height) / by) >= shortEdgePx) ?? 1;
  const isExact = width % factor === 0 && height % factor === 0;
  return { width: Math.ceil(width / factor), height: Math.ceil(height / factor), factor, isExact };
}
