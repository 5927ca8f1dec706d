import { queryLimits } from '@nucleus/shared/query/query-tree';
import { failureSentence } from '@nucleus/shared/ui/client/call-failure.ts';
import { Dialog } from '@nucleus/shared/ui/parts/dialog.tsx';
import { counted } from '@nucleus/shared/ui/words/quantities.ts';
import { fillPath } from '@nucleus/shared/wire/endpoint';
import { exportEndpoints } from '@nucleus/shared/wire/exports';
import { Download } from 'lucide-react';
import { type ReactElement, useEffect, useState } from 'react';
import { type Chosen, queryOf } from './chosen.ts';

const formats = [
  { format: 'csv', name: 'CSV', what: 'a row for each item, a column for each field; safe to open in a spreadsheet' },
  { format: 'jsonl', name: 'JSON Lines', what: 'a record on each line, lossless' },
  { format: 'coco', name: 'COCO', what: 'images with their sizes, as training tools read them' },
] as const;

interface ExportDialogProps {
  datasetId: string;
  chosen: number;
  items: (signal: AbortSignal) => Promise<Chosen>;
  onClose: () => void;
}

/** Downloads the selected items' records as a file. Pixels are in none of them. */
export function ExportDialog({ datasetId, chosen, items, onClose }: ExportDialogProps): ReactElement {
  const [query, setQuery] = useState<string>();
  const [failure, setFailure] = useState<string>();
  // biome-ignore lint/correctness/useExhaustiveDependencies: the selection is read once, when the dialog opens
  useEffect(() => {
    const ending = new AbortController();
    items(ending.signal).then(
      (found) => setQuery(queryOf(found)),
      (error: unknown) => {
        if (!ending.signal.aborted) setFailure(failureSentence(error));
      },
    );
    return () => ending.abort();
  }, []);
  const isTooLong = query !== undefined && new TextEncoder().encode(query).length > queryLimits.bytes;
  return (
    <Dialog title={`Export ${counted(chosen, 'item')}`} size="small" onClose={onClose}>
      <div className="dialog-body">
        <p className="sm t2">Records only: names, metadata and tags as the cloud knows them. No pixels.</p>
        {failure !== undefined && (
          <p className="note d" role="alert">
            {failure}
          </p>
        )}
        {isTooLong ? (
          <p className="note w" role="alert">
            These are too many single items for one download. Save them as a slice and export the slice.
          </p>
        ) : (
          <ul className="col g5">
            {formats.map(({ format, name, what }) => (
              <li key={format} className="row">
                <span className="grow">
                  <b>{name}</b> <span className="sm t2">{what}</span>
                </span>
                <a
                  className="btn"
                  aria-disabled={query === undefined}
                  href={query === undefined ? undefined : exportAddress(datasetId, format, query)}
                  download
                >
                  <Download className="icon s" aria-hidden="true" />
                  Download
                </a>
              </li>
            ))}
          </ul>
        )}
      </div>
    </Dialog>
  );
}

/** Where a file of what meets a query is. */
function exportAddress(datasetId: string, format: string, query: string): string {
  const path = fillPath(exportEndpoints.downloadItems.path, { datasetId, format });
  return query.trim() === '' ? path : `${path}?${new URLSearchParams({ query })}`;
}
