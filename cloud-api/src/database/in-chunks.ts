/** Values that one statement may bind on the narrower of the two databases, with room for the other conditions. */
const bindBudget = 32_000;

/** Cuts `rows` so that a statement that binds `valuesPerRow` for each stays within the bind limit. */
export function inChunks<Row>(rows: readonly Row[], valuesPerRow: number): Row[][] {
  const size = Math.max(1, Math.floor(bindBudget / valuesPerRow));
  const chunks: Row[][] = [];
  for (let start = 0; start < rows.length; start += size) chunks.push(rows.slice(start, start + size));
  return chunks;
}
