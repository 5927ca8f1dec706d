/** Jobs in words. Kinds that have no name here are shown as the API spells them. */
import type { JobStatus } from '@nucleus/shared/wire/jobs';

const names: Readonly<Record<string, string>> = {
  uploadDatasetItems: 'Append items',
  metadataUpdate: 'Update metadata',
  sliceQuery: 'Fill a slice',
  deduplication: 'Deduplicate',
  customIndexing: 'Index vectors',
  exportEmbeddings: 'Export vectors',
  embeddingDelete: 'Delete vectors',
  csvCheck: 'Check a CSV',
  csvImport: 'Import a CSV',
  uploadAnnotations: 'Upload annotations',
  uploadPredictions: 'Upload predictions',
  annotationDeletion: 'Delete annotations',
};

export function nameOfJob(kind: string): string {
  return names[kind] ?? kind;
}

const states: Record<JobStatus, { word: string; tone: '' | 'in' | 'cl' | 'w' | 'd' }> = {
  Running: { word: 'running', tone: 'cl' },
  Completed: { word: 'completed', tone: '' },
  Errored_User: { word: 'refused', tone: 'w' },
  Errored_Server: { word: 'failed', tone: 'd' },
  Cancelled: { word: 'cancelled', tone: '' },
};

export function stateOfJob(status: JobStatus): { word: string; tone: string } {
  return states[status];
}
