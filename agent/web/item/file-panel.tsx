import { useKeys } from '@nucleus/shared/ui/keyboard/use-keys.ts';
import { CopyButton } from '@nucleus/shared/ui/parts/copy-button.tsx';
import { PanelButton, PanelHead } from '@nucleus/shared/ui/parts/panel-head.tsx';
import { Perimeter } from '@nucleus/shared/ui/parts/perimeter.tsx';
import { visibleText } from '@nucleus/shared/ui/words/visible-text.ts';
import type { LocalItem } from '@nucleus/shared/wire/local-item';
import { Maximize2, X } from 'lucide-react';
import { type ReactElement, useEffect, useRef } from 'react';
import { FileActions } from './file-actions.tsx';
import { FileFacts } from './file-facts.tsx';
import { FileFailure } from './file-failure.tsx';
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
      <PanelHead what="File" position={position} total={props.total} onStep={props.onStep}>
        <PanelButton
          icon={Maximize2}
          name="Whole page"
          title="Whole page: zoom, all tags, levels (O)"
          onClick={props.onWide}
        />
        <PanelButton icon={X} name="Close (Esc)" title="Close (Esc)" onClick={props.onClose} />
      </PanelHead>
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
        {(left.isError || detail.isError) && <FileFailure error={left.error ?? detail.error} />}
      </div>
    </aside>
  );
}
