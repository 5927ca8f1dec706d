/** Whether `value` is the double nearest to a multiple of `step`, so that no bit hides in its tail. */
export function isOnStep(value: number, step: number): boolean {
  return value === roundToStep(value, step);
}

/** The double nearest to the multiple of `step` that is nearest to `value`. `step` is a power of ten or its inverse. */
export function roundToStep(value: number, step: number): number {
  const perUnit = Math.round(1 / step);
  return perUnit >= 1 ? Math.round(value * perUnit) / perUnit : Math.round(value / step) * step;
}
