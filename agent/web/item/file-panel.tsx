import { failureCode, failureSentence } from '@nucleus/shared/ui/client/call-failure.ts';
import { useKeys } from '@nucleus/shared/ui/keyboard/use-keys.ts';
import { CopyButton } from '@nucleus/shared/ui/parts/copy-button.tsx';
import { Perimeter } from '@nucleus/shared/ui/parts/perimeter.tsx';
import { bytes, count } from '@nucleus/shared/ui/words/quantities.ts';
import { visibleText } from '@nucleus/shared/ui/words/visible-text.ts';
import { localEndpoints } from '@nucleus/shared/wire/local';
import type { LocalItem } from '@nucleus/shared/wire/local-item';
import { useQuery } from '@tanstack/react-query';
import { ChevronLeft, ChevronRight, X } from 'lucide-react';
import { type ReactElement, useRef } from 'react';
import { callAgent } from '../session/viewer-session.ts';
import { FilePicture } from './file-picture.tsx';
import { WhatLeft } from './what-left.tsx';

interface FilePanelProps {
  fileKey: string;
  /** The file's facts, if the grid has it as its current tile. */
  file: LocalItem | undefined;
  position: number | undefined;
  total: number;
  onStep: (by: 1 | -1) => void;
  onClose: () => void;
}

const states: Record<LocalItem['state'], string> = {
  'pending': 'waiting to be read',
  'queued': 'queued for the cloud',
  'synced': 'acknowledged by the cloud',
  'dead-letter': 'refused by the cloud for good',
  'exception': 'not readable as a picture',
  'gone': 'no longer on disk',
};

/** One file: what stays above the line, what left below it. */
export function FilePanel(props: FilePanelProps): ReactElement {
  const { fileKey, file, position } = props;
  const left = useQuery({
    queryKey: ['left', fileKey],
    queryFn: ({ signal }) => callAgent(localEndpoints.getWhatLeft, { params: { key: fileKey }, signal }),
  });
  const line = useRef<HTMLDivElement>(null);
  useKeys({ escape: props.onClose, w: () => line.current?.scrollIntoView({ block: 'start' }) });
  return (
    <aside className="panel" aria-label="Details">
      <div className="row panel-head">
        <button
          type="button"
          className="btn ghost icon-only dense"
          aria-label="Previous file"
          disabled={position === undefined || position === 0}
          onClick={() => props.onStep(-1)}
        >
          <ChevronLeft className="icon s" aria-hidden="true" />
        </button>
        <button
          type="button"
          className="btn ghost icon-only dense"
          aria-label="Next file"
          disabled={position === undefined || position === props.total - 1}
          onClick={() => props.onStep(1)}
        >
          <ChevronRight className="icon s" aria-hidden="true" />
        </button>
        <span className="sm t3 nowrap">
          {position === undefined ? 'File' : `${count(position + 1)} of ${count(props.total)}`}
        </span>
        <button
          type="button"
          className="btn ghost icon-only dense end"
          aria-label="Close (Esc)"
          title="Close (Esc)"
          onClick={props.onClose}
        >
          <X className="icon s" aria-hidden="true" />
        </button>
      </div>
      <div className="panel-body">
        {file !== undefined && (
          <>
            <FilePicture file={file} />
            <div className="row">
              <p className="item-name grow">{visibleText(file.path)}</p>
              <CopyButton text={file.path} name="Copy path" />
            </div>
            <dl className="kv">
              {file.width !== undefined && file.height !== undefined && (
                <>
                  <dt>Dimensions</dt>
                  <dd>
                    {count(file.width)} × {count(file.height)}
                    {file.format !== undefined && `, ${file.format}`}
                  </dd>
                </>
              )}
              <dt>Size on disk</dt>
              <dd>{bytes(file.byte_size)}</dd>
              {file.no_pixels !== undefined && (
                <>
                  <dt>Descriptors</dt>
                  <dd>None. {file.no_pixels}</dd>
                </>
              )}
              <dt>Source</dt>
              <dd>{file.source}</dd>
              <dt>Reference id</dt>
              <dd className="row g2">
                <span className="mono brk">{visibleText(file.reference_id)}</span>
                <CopyButton text={file.reference_id} name="Copy reference id" />
              </dd>
              <dt>State</dt>
              <dd className={file.state === 'exception' || file.state === 'dead-letter' ? 'c-d' : ''}>
                {states[file.state]}
              </dd>
            </dl>
          </>
        )}
        <div ref={line}>
          <Perimeter words="above stays, below left" />
        </div>
        {left.data !== undefined && <WhatLeft left={left.data} aspect={(file?.width ?? 4) / (file?.height ?? 3)} />}
        {left.isError && (
          <p className="note d" role="alert">
            {failureCode(left.error) === 'item-not-found'
              ? 'This file is no longer in the catalogue.'
              : failureSentence(left.error)}
          </p>
        )}
      </div>
    </aside>
  );
}
