import type { DatasetItem } from '@nucleus/shared/wire/dataset-item';
import type { ExportFormat } from '@nucleus/shared/wire/exports';
import type { ImageFormat } from '../attachments/check/sniff-image.ts';
import type { StoredPictures } from '../attachments/decode/open-stored.ts';
import type { Database } from '../database/open-database.ts';
import { getDataset } from '../datasets/find-dataset.ts';
import type { Download } from '../http/mount-endpoint.ts';
import { queryPlacedItems } from '../items/query-items.ts';
import { pagePlacedItems } from '../items/read-items.ts';
import { type PlacedItem, toDatasetItem } from '../items/rules.ts';
import { labelsAt, maskOf } from '../labels/read-labels.ts';
import { groundTruth } from '../labels/rules.ts';
import type { Projections } from '../search/projections.ts';
import { spellCoco } from './spell-coco.ts';
import { spellCsv } from './spell-csv.ts';
import { spellJsonLines } from './spell-json-lines.ts';

const itemsPerPiece = 2_000;
const maskMs = 60_000;
const mediaTypes = { csv: 'text/csv; charset=utf-8', jsonl: 'application/x-ndjson', coco: 'application/json' } as const;
const endings = { csv: 'csv', jsonl: 'jsonl', coco: 'coco.json' } as const;

/**
 * The items that meet a query as a file that is written while it is read: memory holds one piece of it.
 * @throws AppError `dataset-not-found`, `invalid-request` for a bad query, before the first piece
 */
export async function downloadItems(
  db: Database,
  projections: Projections,
  pictures: Pick<StoredPictures, 'readMask'>,
  tenantId: string,
  datasetId: string,
  wanted: {
    format: ExportFormat;
    query?: string | undefined;
    /** Told how many items each page has, once it is written; the next one waits for it. */
    onPage?: (items: number) => Promise<void>;
  },
): Promise<Download> {
  const { name } = await getDataset(db, tenantId, datasetId);
  const pages = pagesOf(db, projections, tenantId, datasetId, wanted);
  const spelled = {
    csv: async () => spellCsv(shown(pages), await fieldNames(projections, tenantId, datasetId)),
    jsonl: async () => spellJsonLines(shown(pages)),
    coco: async () => {
      const place = { tenantId, datasetId, runId: groundTruth };
      return spellCoco(pages, name, {
        labelsAt: (seqs) => labelsAt(db, place, seqs),
        maskAt: async (seq) => {
          const mask = await maskOf(db, place, seq);
          if (mask === undefined) return undefined;
          const picture = { tenantId, sha256: mask.sha256, format: mask.format as ImageFormat };
          return pictures.readMask(picture, AbortSignal.timeout(maskMs));
        },
      });
    },
  };
  return {
    mediaType: mediaTypes[wanted.format],
    fileName: `${datasetId}.${endings[wanted.format]}`,
    pieces: await spelled[wanted.format](),
  };
}

async function* shown(pages: AsyncIterable<readonly PlacedItem[]>): AsyncGenerator<DatasetItem[]> {
  for await (const page of pages) yield page.map(toDatasetItem);
}

async function fieldNames(projections: Projections, tenantId: string, datasetId: string): Promise<string[]> {
  const { schema } = await projections.of(tenantId, datasetId).current();
  return [...schema.metadata.keys()].toSorted();
}

async function* pagesOf(
  db: Database,
  projections: Projections,
  tenantId: string,
  datasetId: string,
  { query, onPage }: { query?: string | undefined; onPage?: (items: number) => Promise<void> },
): AsyncGenerator<PlacedItem[]> {
  let pageToken: string | null = null;
  do {
    const page: { items: PlacedItem[]; nextPageToken: string | null } = query?.trim()
      ? await queryPlacedItems(db, projections, tenantId, datasetId, { query, pageToken, pageSize: itemsPerPiece })
      : await pagePlacedItems(db, tenantId, datasetId, { pageToken, pageSize: itemsPerPiece });
    yield page.items;
    await onPage?.(page.items.length);
    pageToken = page.nextPageToken;
  } while (pageToken !== null);
}
