import { failureCode, failureSentence } from '@nucleus/shared/ui/client/call-failure.ts';
import { useKeys } from '@nucleus/shared/ui/keyboard/use-keys.ts';
import { CopyButton } from '@nucleus/shared/ui/parts/copy-button.tsx';
import { JsonView } from '@nucleus/shared/ui/parts/json-view.tsx';
import { PanelButton, PanelHead } from '@nucleus/shared/ui/parts/panel-head.tsx';
import { count } from '@nucleus/shared/ui/words/quantities.ts';
import { visibleText } from '@nucleus/shared/ui/words/visible-text.ts';
import { datasetEndpoints } from '@nucleus/shared/wire/dataset';
import type { DatasetView } from '@nucleus/shared/wire/insights';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { Maximize2, X } from 'lucide-react';
import { Tabs } from 'radix-ui';
import { lazy, type ReactElement, useEffect, useState } from 'react';
import { navigate, useSearch } from 'wouter/use-browser-location';
import { callCloud } from '../cloud/call-cloud.ts';
import { itemKey } from '../cloud/queries.ts';
import { Late } from '../frame/late.tsx';
import { LabelsTab } from '../labels/labels-tab.tsx';
import { useItemLabels } from '../labels/use-item-labels.ts';
import { itemPath, readFind } from '../route.ts';
import './item.css';
import { ItemAttachment, useItemAttachment } from './item-attachment.tsx';
import { ItemMetadata } from './item-metadata.tsx';
import { ItemPicture } from './item-picture.tsx';
import { ItemTags } from './item-tags.tsx';
import { storedPicture } from './stored-picture.ts';
import { WhatLeft } from './what-left.tsx';

const SimilarTab = lazy(async () => ({ default: (await import('./similar-tab.tsx')).SimilarTab }));
const HistoryTab = lazy(async () => ({ default: (await import('./history-tab.tsx')).HistoryTab }));

interface ItemPanelProps {
  dataset: DatasetView;
  referenceId: string;
  /** Its place in the grid, if the grid has it as its current tile. */
  position: number | undefined;
  total: number;
  onStep: (by: 1 | -1) => void;
  /** Whether tiles are selected: keys of the selection then go before those of the item. */
  isSelecting: boolean;
  /** Told when its tile may have changed. */
  onChanged: () => void;
  /** Shows the item as large as the page allows; undefined while that is not possible. */
  onLarge: (() => void) | undefined;
  onClose: () => void;
}

const tabs = ['metadata', 'left', 'labels', 'similar', 'history', 'json'] as const;
type Tab = (typeof tabs)[number];
const names: Record<Tab, string> = {
  metadata: 'Metadata',
  left: 'What left',
  labels: 'Labels',
  similar: 'Similar',
  history: 'History',
  json: 'JSON',
};

function readTab(search: string): Tab {
  const named = new URLSearchParams(search).get('tab');
  return tabs.find((known) => known === named) ?? 'metadata';
}

/** Everything the cloud knows of one item. */
export function ItemPanel(props: ItemPanelProps): ReactElement {
  const { dataset, referenceId, position } = props;
  const search = useSearch();
  const [tab, setTab] = useState(() => readTab(search));
  // the address names the tab, so that a link opens it; going from item to item keeps it
  useEffect(() => {
    const address = new URLSearchParams(search);
    if (readTab(search) === tab) return;
    if (tab === 'metadata') address.delete('tab');
    else address.set('tab', tab);
    navigate(location.pathname + (address.size === 0 ? '' : `?${address}`), { replace: true });
  }, [tab, search]);
  const [isTagging, setTagging] = useState(false);
  const item = useQuery({
    queryKey: itemKey(dataset.dataset_id, referenceId),
    queryFn: ({ signal }) =>
      callCloud(datasetEndpoints.getItemByReference, {
        params: { datasetId: dataset.dataset_id, referenceId },
        signal,
      }),
    placeholderData: keepPreviousData,
  });
  // A privacy-mode dataset never has any.
  const ownId = dataset.privacy_mode ? undefined : item.data?.item.id;
  const attachment = useItemAttachment(dataset.dataset_id, ownId).data;
  const stored =
    ownId === undefined || attachment?.sha256 == null
      ? undefined
      : `${storedPicture(ownId, 'preview-1024')}&of=${attachment.sha256.slice(0, 8)}`;
  const labels = useItemLabels(dataset.dataset_id, referenceId, tab === 'labels');
  const annotated = labels.layers[0]?.labels?.length ?? 0;
  const link =
    location.origin + itemPath(dataset.dataset_id, referenceId, readFind(search), tab === 'metadata' ? undefined : tab);
  const copy = (text: string): void => void navigator.clipboard?.writeText(text).catch(() => undefined);
  useKeys({
    w: dataset.privacy_mode ? () => setTab(tab === 'left' ? 'metadata' : 'left') : undefined,
    // also while the item is on its way, and from every tab
    t: props.isSelecting
      ? undefined
      : () => {
          setTab('metadata');
          setTagging(true);
        },
    s: props.isSelecting ? undefined : () => setTab(tab === 'similar' ? 'metadata' : 'similar'),
    a: () => setTab(tab === 'labels' ? 'metadata' : 'labels'),
    arrowleft: position === undefined || position === 0 ? undefined : () => props.onStep(-1),
    arrowright: position === undefined || position >= props.total - 1 ? undefined : () => props.onStep(1),
    u: () => copy(link),
    i: () => copy(referenceId),
    escape: props.onClose,
  });
  useEffect(() => {
    document.title = `${visibleText(referenceId.split('/').at(-1) ?? referenceId)} · Nucleus`;
  }, [referenceId]);
  const level = dataset.sources.find(({ alias }) => alias === item.data?.item.metadata.source)?.level;
  return (
    <aside className="panel" aria-label="Details">
      <PanelHead what="Item" position={position} total={props.total} onStep={props.onStep}>
        <PanelButton
          icon={Maximize2}
          name="Large view (Enter)"
          title="Large view (Enter)"
          isOff={props.onLarge === undefined}
          onClick={props.onLarge}
        />
        <CopyButton text={link} name="Copy link" />
        <PanelButton icon={X} name="Close (Esc)" title="Close (Esc)" onClick={props.onClose} />
      </PanelHead>
      {item.data === undefined ? (
        <div className="panel-body" aria-busy={item.isPending}>
          {item.isError && (
            <div className="note d" role="alert">
              {failureCode(item.error) === 'item-not-found'
                ? `There is no item ${visibleText(referenceId)} in this dataset. It was deleted, or its id has changed.`
                : failureSentence(item.error)}
            </div>
          )}
        </div>
      ) : (
        <Tabs.Root
          className="panel-tabs"
          value={tab}
          onValueChange={(value) => setTab(tabs.find((known) => known === value) ?? 'metadata')}
        >
          <Tabs.List className="tabs" aria-label="Parts of the item">
            {/* nothing left any premises where there is no agent */}
            {tabs
              .filter((known) => known !== 'left' || dataset.privacy_mode)
              .map((known) => (
                <Tabs.Trigger key={known} value={known}>
                  {names[known]}
                  {known === 'labels' && annotated > 0 && ` ${count(annotated)}`}
                </Tabs.Trigger>
              ))}
          </Tabs.List>
          <div className="panel-body">
            <ItemPicture
              item={item.data.item}
              stored={stored}
              labels={tab === 'labels' ? { datasetId: dataset.dataset_id, of: labels } : undefined}
            />
            <div className="row">
              <p className="item-name grow">{visibleText(item.data.item.reference_id)}</p>
              <CopyButton text={item.data.item.reference_id} name="Copy reference id" />
            </div>
            <Tabs.Content value="metadata" className="col g6">
              <ItemTags
                datasetId={dataset.dataset_id}
                referenceId={referenceId}
                isSelecting={props.isSelecting}
                isAsking={isTagging}
                onAsk={setTagging}
                onChanged={props.onChanged}
              />
              {attachment !== undefined && ownId !== undefined && (
                <ItemAttachment datasetId={dataset.dataset_id} itemId={ownId} view={attachment} />
              )}
              <ItemMetadata item={item.data.item} />
            </Tabs.Content>
            <Tabs.Content value="left" className="col g6">
              <WhatLeft item={item.data.item} level={level} />
            </Tabs.Content>
            <Tabs.Content value="labels" className="col g6" aria-busy={labels.isPending}>
              <LabelsTab labels={labels} />
            </Tabs.Content>
            <Tabs.Content value="similar" className="col g6">
              <Late fallback={<div aria-busy="true" />}>
                <SimilarTab
                  key={item.data.item.reference_id}
                  datasetId={dataset.dataset_id}
                  item={item.data.item}
                  find={readFind(location.search)}
                />
              </Late>
            </Tabs.Content>
            <Tabs.Content value="history" className="col g6">
              <Late fallback={<div aria-busy="true" />}>
                <HistoryTab datasetId={dataset.dataset_id} itemId={item.data.item.id} />
              </Late>
            </Tabs.Content>
            <Tabs.Content value="json" className="col">
              <div className="row">
                <h2 className="grow">Record</h2>
                <CopyButton text={JSON.stringify(item.data.item, null, 2)} label="Copy JSON" />
              </div>
              <JsonView value={item.data.item} label="Record as JSON" />
            </Tabs.Content>
          </div>
        </Tabs.Root>
      )}
    </aside>
  );
}
