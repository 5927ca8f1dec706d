import { failureCode, failureSentence } from '@nucleus/shared/ui/client/call-failure.ts';
import { useKeys } from '@nucleus/shared/ui/keyboard/use-keys.ts';
import { CopyButton } from '@nucleus/shared/ui/parts/copy-button.tsx';
import { Perimeter } from '@nucleus/shared/ui/parts/perimeter.tsx';
import { count } from '@nucleus/shared/ui/words/quantities.ts';
import { visibleText } from '@nucleus/shared/ui/words/visible-text.ts';
import type { LocalItem } from '@nucleus/shared/wire/local-item';
import { ChevronLeft, ChevronRight, Maximize2, X } from 'lucide-react';
import { type ReactElement, useEffect, useRef } from 'react';
import { FileActions } from './file-actions.tsx';
import { FileFacts } from './file-facts.tsx';
import { FilePicture } from './file-picture.tsx';
import { LevelBlurs } from './level-views.tsx';
import { useItem, useLeft } from './use-item.ts';
import { WhatLeft } from './what-left.tsx';

export interface OpenedFile {
  fileKey: string;
  /** The file's facts, if the grid has it as its current tile. */
  known: LocalItem | undefined;
  position: number | undefined;
  total: number;
  onStep: (by: 1 | -1) => void;
  onClose: () => void;
}

/** One file: what stays above the line, what left below it. */
export function FilePanel(props: OpenedFile & { onWide: () => void }): ReactElement {
  const { fileKey, position } = props;
  const detail = useItem(fileKey);
  const left = useLeft(fileKey);
  const isHere = detail.data?.item.key === fileKey;
  const file = props.known ?? (isHere ? detail.data?.item : undefined);
  const line = useRef<HTMLDivElement>(null);
  useKeys({
    escape: props.onClose,
    o: props.onWide,
    w: () => line.current?.scrollIntoView({ block: 'start' }),
  });
  const name = file?.path.split('/').at(-1);
  useEffect(() => {
    if (name !== undefined) document.title = `${visibleText(name)} · ${location.host} viewer`;
  }, [name]);
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
        <span className="row g2 end">
          <button
            type="button"
            className="btn ghost icon-only dense"
            aria-label="Whole page"
            title="Whole page: zoom, all tags, levels (O)"
            onClick={props.onWide}
          >
            <Maximize2 className="icon s" aria-hidden="true" />
          </button>
          <button
            type="button"
            className="btn ghost icon-only dense"
            aria-label="Close (Esc)"
            title="Close (Esc)"
            onClick={props.onClose}
          >
            <X className="icon s" aria-hidden="true" />
          </button>
        </span>
      </div>
      <div className="panel-body">
        {file !== undefined && (
          <>
            <FilePicture file={file} onOpen={props.onWide} />
            <div className="row">
              <p className="item-name grow">{visibleText(file.path)}</p>
              <CopyButton text={file.path} name="Copy path" />
            </div>
            <FileActions file={file} />
          </>
        )}
        {isHere && detail.data !== undefined && <FileFacts detail={detail.data} />}
        <div ref={line}>
          <Perimeter words="above stays, below left" />
        </div>
        {left.data !== undefined && <WhatLeft left={left.data} aspect={(file?.width ?? 4) / (file?.height ?? 3)} />}
        {isHere && detail.data !== undefined && detail.data.levels.length > 0 && (
          <LevelBlurs levels={detail.data.levels} aspect={(file?.width ?? 4) / (file?.height ?? 3)} />
        )}
        {(left.isError || detail.isError) && (
          <p className="note d" role="alert">
            {failureCode(left.error ?? detail.error) === 'item-not-found'
              ? 'This file is no longer in the catalogue.'
              : failureSentence(left.error ?? detail.error)}
          </p>
        )}
      </div>
    </aside>
  );
}
