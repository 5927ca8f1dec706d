import { useKeys } from '@nucleus/shared/ui/keyboard/use-keys.ts';
import { CopyButton } from '@nucleus/shared/ui/parts/copy-button.tsx';
import { PanelButton, PanelHead } from '@nucleus/shared/ui/parts/panel-head.tsx';
import { visibleText } from '@nucleus/shared/ui/words/visible-text.ts';
import { Minimize2 } from 'lucide-react';
import { Tabs } from 'radix-ui';
import { type ReactElement, useEffect, useState } from 'react';
import { FileActions } from './file-actions.tsx';
import { FileFacts } from './file-facts.tsx';
import { FileFailure } from './file-failure.tsx';
import type { OpenedFile } from './file-panel.tsx';
import { LevelViews } from './level-views.tsx';
import { TagList } from './tag-list.tsx';
import { useItem, useLeft } from './use-item.ts';
import { WhatLeft } from './what-left.tsx';
import { ZoomPicture } from './zoom-picture.tsx';

const tabs = ['facts', 'tags', 'left', 'levels'] as const;
type Tab = (typeof tabs)[number];
const names: Record<Tab, string> = { facts: 'File', tags: 'All tags', left: 'What left', levels: 'Levels' };

/** One file on the whole page: the picture to look into, and everything that is known of it. */
export function FileView(props: OpenedFile): ReactElement {
  const { fileKey, position } = props;
  const detail = useItem(fileKey);
  const left = useLeft(fileKey);
  const [tab, setTab] = useState<Tab>('facts');
  const isHere = detail.data?.item.key === fileKey;
  const data = isHere ? detail.data : undefined;
  const file = props.known ?? data?.item;
  const aspect = (file?.width ?? 4) / (file?.height ?? 3);
  useKeys({
    escape: props.onClose,
    o: props.onClose,
    w: () => setTab(tab === 'left' ? 'facts' : 'left'),
    h: () => props.onStep(-1),
    l: () => props.onStep(1),
  });
  const name = file?.path.split('/').at(-1);
  useEffect(() => {
    if (name !== undefined) document.title = `${visibleText(name)} · ${location.host} viewer`;
  }, [name]);
  return (
    <div className="file-view">
      <section className="file-stage" aria-label="Picture">
        {file === undefined ? (
          <div className="work" aria-busy={!detail.isError} />
        ) : (
          <ZoomPicture key={file.key} file={file} onStep={props.onStep} />
        )}
      </section>
      <aside className="panel" aria-label="Details">
        <PanelHead what="File" position={position} total={props.total} keys={['H', 'L']} onStep={props.onStep}>
          <PanelButton
            icon={Minimize2}
            name="Back to the grid (Esc)"
            title="Back to the grid (Esc)"
            onClick={props.onClose}
          />
        </PanelHead>
        <Tabs.Root
          className="panel-tabs"
          value={tab}
          onValueChange={(value) => setTab(tabs.find((known) => known === value) ?? 'facts')}
        >
          <Tabs.List className="tabs" aria-label="Parts of the file">
            {tabs.map((known) => (
              <Tabs.Trigger key={known} value={known}>
                {names[known]}
              </Tabs.Trigger>
            ))}
          </Tabs.List>
          <div className="panel-body">
            {detail.isError && <FileFailure error={detail.error} />}
            {file !== undefined && (
              <div className="row">
                <p className="item-name grow">{visibleText(file.path)}</p>
                <CopyButton text={file.path} name="Copy path" />
              </div>
            )}
            <Tabs.Content value="facts" className="col g6">
              {file !== undefined && <FileActions file={file} />}
              {data !== undefined && <FileFacts detail={data} />}
            </Tabs.Content>
            <Tabs.Content value="tags" className="col g5">
              <TagList fileKey={fileKey} />
            </Tabs.Content>
            <Tabs.Content value="left" className="col g6">
              {left.data !== undefined && <WhatLeft left={left.data} aspect={aspect} />}
            </Tabs.Content>
            <Tabs.Content value="levels" className="col g5">
              {data !== undefined && <LevelViews levels={data.levels} aspect={aspect} />}
            </Tabs.Content>
          </div>
        </Tabs.Root>
      </aside>
    </div>
  );
}
