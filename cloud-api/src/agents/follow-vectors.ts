import type { EmbeddingInfo } from '@nucleus/shared/wire/dataset-item';
import type { ItemsTable } from '../database/tables.ts';
import type { VectorChanges } from '../embeddings/keep-vectors.ts';
import { blurhashOf } from '../embeddings/rules.ts';

/**
 * Makes vectors follow the rows of a batch: a record's own vector, and what the index of colour and layout reads off its blurhash. A
 * vector that does not fit the index it names is left out: the record itself is good, and the index belongs to the agent.
 */
export async function followVectors(vectors: VectorChanges, rows: readonly ItemsTable[]): Promise<void> {
  for (const row of rows) {
    if (row.state === 'deleted') {
      vectors.drop(row.seq, 'all');
      continue;
    }
    const info = row.embedding_info === null ? undefined : (JSON.parse(row.embedding_info) as EmbeddingInfo);
    vectors.drop(row.seq, 'own');
    if (info !== undefined && vectors.findProblem(info) === undefined) vectors.put(row.seq, info);
    vectors.show(row.seq, () => blurhashOf(row.agent_metadata));
  }
  await vectors.save();
}
