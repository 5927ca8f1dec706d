import { count } from '@nucleus/shared/ui/words/quantities.ts';
import { visibleText } from '@nucleus/shared/ui/words/visible-text.ts';
import { localEndpoints } from '@nucleus/shared/wire/local';
import { useQueries } from '@tanstack/react-query';
import { defaultRangeExtractor, useVirtualizer } from '@tanstack/react-virtual';
import { ChevronDown, ChevronRight, Folder, FolderOpen } from 'lucide-react';
import { type KeyboardEvent, type MouseEvent, type ReactElement, useEffect, useRef, useState } from 'react';
import { callAgent } from '../session/viewer-session.ts';
import type { LocalSource } from '../sources/source-words.ts';
import { type FolderPlace, idOf, parentOf, stepFrom, type TreeNode, treeNodes } from './tree-nodes.ts';

interface FolderTreeProps {
  sources: readonly LocalSource[];
  chosen: FolderPlace | undefined;
  onChoose: (place: FolderPlace | undefined) => void;
}

const linePx = 26;

/** The folders of every source, each level fetched when it is opened; only the lines in sight are drawn. */
export function FolderTree({ sources, chosen, onChoose }: FolderTreeProps): ReactElement {
  const [open, setOpen] = useState<ReadonlyMap<string, FolderPlace>>(() => firstOpen(sources, chosen));
  const [focused, setFocused] = useState<string>();
  const scroller = useRef<HTMLDivElement>(null);
  const asked = [...open.values()];
  const lists = useQueries({
    queries: asked.map(({ source, path }) => ({
      queryKey: ['folders', source, path],
      queryFn: ({ signal }: { signal: AbortSignal }) =>
        callAgent(localEndpoints.listFolders, { body: { source, folder: path }, signal }),
      staleTime: 15_000,
    })),
  });
  const listed = new Map(asked.map((place, at) => [idOf(place), lists[at]?.data]));
  const nodes = treeNodes(sources, open, listed);

  const chosenId = chosen === undefined ? undefined : idOf(chosen);
  const stop = Math.max(
    0,
    [focused, chosenId].map((id) => nodes.findIndex((node) => node.id === id)).find((at) => at >= 0) ?? 0,
  );
  const virtual = useVirtualizer({
    count: nodes.length,
    getScrollElement: () => scroller.current,
    getItemKey: (at) => nodes[at]?.id ?? at,
    estimateSize: () => linePx,
    overscan: 10,
    // the line that has the focus, or gets it, stays although it is scrolled away
    rangeExtractor: (range) => [...new Set([...defaultRangeExtractor(range), stop])].toSorted((a, b) => a - b),
  });

  const wanted = useRef<string>(undefined);
  useEffect(() => {
    if (wanted.current === undefined) return;
    const line = scroller.current?.querySelector<HTMLElement>('[role=treeitem][tabindex="0"]');
    if (line?.dataset.id !== wanted.current) return;
    wanted.current = undefined;
    line.focus({ preventScroll: true });
  });
  const focus = (at: number): void => {
    const node = nodes[at];
    if (node === undefined) return;
    wanted.current = node.id;
    setFocused(node.id);
    virtual.scrollToIndex(at);
  };
  const toggle = (node: TreeNode, to: boolean): void => {
    const next = new Map(open);
    if (to) next.set(node.id, { source: node.source, path: node.path });
    else next.delete(node.id);
    setOpen(next);
  };
  const choose = (node: TreeNode): void => {
    if (!node.isRest) onChoose(node.id === chosenId ? undefined : { source: node.source, path: node.path });
  };
  const onKeyDown = (event: KeyboardEvent, at: number): void => {
    const node = nodes[at];
    if (node === undefined || event.ctrlKey || event.metaKey || event.altKey) return;
    const page = Math.max(1, Math.floor((scroller.current?.clientHeight ?? 0) / linePx) - 1);
    const step = stepFrom(nodes, at, event.key, page);
    if (step !== undefined) focus(step);
    else if (event.key === 'ArrowRight' && node.hasFolders) node.isOpen ? focus(at + 1) : toggle(node, true);
    else if (event.key === 'ArrowLeft') node.isOpen ? toggle(node, false) : focus(parentOf(nodes, at));
    else if (event.key === 'Enter' || event.key === ' ') choose(node);
    else return;
    event.preventDefault();
    event.stopPropagation();
  };
  const onClick = (event: MouseEvent, node: TreeNode): void => {
    const isSign = event.target instanceof Element && event.target.closest('.tree-sign') !== null;
    if (isSign && node.hasFolders) toggle(node, !node.isOpen);
    else choose(node);
  };

  return (
    <div className="side-tree" ref={scroller}>
      <div className="tree" role="tree" aria-label="Folders" style={{ height: virtual.getTotalSize() }}>
        {virtual.getVirtualItems().map(({ index, start }) => {
          const node = nodes[index];
          return (
            node !== undefined && (
              <TreeLine
                key={node.id}
                node={node}
                top={start}
                isStop={index === stop}
                isChosen={node.id === chosenId}
                onKeyDown={(event) => onKeyDown(event, index)}
                onFocus={() => setFocused(node.id)}
                onClick={(event) => onClick(event, node)}
              />
            )
          );
        })}
      </div>
    </div>
  );
}

interface TreeLineProps {
  node: TreeNode;
  top: number;
  isStop: boolean;
  isChosen: boolean;
  onKeyDown: (event: KeyboardEvent) => void;
  onFocus: () => void;
  onClick: (event: MouseEvent) => void;
}

function TreeLine({ node, top, isStop, isChosen, ...on }: TreeLineProps): ReactElement {
  const Sign = node.isOpen ? FolderOpen : Folder;
  const held = node.of?.held_deletions ?? 0;
  return (
    <div
      role="treeitem"
      tabIndex={isStop ? 0 : -1}
      data-id={node.id}
      aria-level={node.depth + 1}
      aria-posinset={node.place}
      aria-setsize={node.siblings}
      aria-selected={isChosen}
      aria-expanded={node.hasFolders ? node.isOpen : undefined}
      aria-disabled={node.isRest}
      className={`tree-node${node.isRest ? ' rest' : ''}`}
      style={{ top, paddingLeft: 6 + node.depth * 14 }}
      title={node.isRest ? undefined : visibleText(node.of?.folder ?? node.path)}
      {...on}
    >
      <span className="tree-sign" aria-hidden="true">
        {node.hasFolders && (node.isOpen ? <ChevronDown className="icon s" /> : <ChevronRight className="icon s" />)}
      </span>
      {!node.isRest && <Sign className="icon s t3" aria-hidden="true" />}
      <span className={`cut${node.depth === 0 ? ' b' : ''}`}>{visibleText(node.name)}</span>
      {node.of?.state === 'suspended' && <span className="pill sq w">suspended</span>}
      {held > 0 && <span className="pill sq d">{count(held)} held</span>}
      {!node.isRest && <span className="end t3 xs">{count(node.files)}</span>}
    </div>
  );
}

/** A single source is open from the start, and so is the way to the folder that is chosen. */
function firstOpen(sources: readonly LocalSource[], chosen: FolderPlace | undefined): Map<string, FolderPlace> {
  const open = new Map<string, FolderPlace>();
  const add = (place: FolderPlace): void => void open.set(idOf(place), place);
  const [only] = sources;
  if (sources.length === 1 && only !== undefined) add({ source: only.alias, path: '' });
  if (chosen !== undefined) {
    add({ source: chosen.source, path: '' });
    const parts = chosen.path.split('/');
    for (let at = 1; at < parts.length; at++) add({ source: chosen.source, path: parts.slice(0, at).join('/') });
  }
  return open;
}
