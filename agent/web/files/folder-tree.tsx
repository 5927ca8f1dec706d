import { count } from '@nucleus/shared/ui/words/quantities.ts';
import { visibleText } from '@nucleus/shared/ui/words/visible-text.ts';
import { localEndpoints } from '@nucleus/shared/wire/local';
import { useQueries } from '@tanstack/react-query';
import { ChevronDown, ChevronRight, Folder, FolderOpen } from 'lucide-react';
import { type KeyboardEvent, type ReactElement, useRef, useState } from 'react';
import { callAgent } from '../session/viewer-session.ts';
import type { LocalSource } from '../sources/source-words.ts';

/** A folder of a source; an empty path is the source itself. */
export interface FolderPlace {
  source: string;
  path: string;
}

interface FolderTreeProps {
  sources: readonly LocalSource[];
  chosen: FolderPlace | undefined;
  onChoose: (place: FolderPlace | undefined) => void;
}

interface Node extends FolderPlace {
  name: string;
  depth: number;
  files: number;
  hasFolders: boolean;
  isOpen: boolean;
  place: number;
  siblings: number;
  source_: LocalSource | undefined;
}

const idOf = ({ source, path }: FolderPlace): string => `${source}\0${path}`;

/** The folders of every source, each level fetched when it is opened. */
export function FolderTree({ sources, chosen, onChoose }: FolderTreeProps): ReactElement {
  const [open, setOpen] = useState<ReadonlyMap<string, FolderPlace>>(() => firstOpen(sources, chosen));
  const [focused, setFocused] = useState<string>();
  const tree = useRef<HTMLDivElement>(null);
  const asked = [...open.values()];
  const lists = useQueries({
    queries: asked.map(({ source, path }) => ({
      queryKey: ['folders', source, path],
      queryFn: ({ signal }: { signal: AbortSignal }) =>
        callAgent(localEndpoints.listFolders, { body: { source, folder: path }, signal }),
      staleTime: 15_000,
    })),
  });
  const children = new Map(asked.map((place, at) => [idOf(place), lists[at]?.data]));

  const nodes: Node[] = [];
  const add = (
    place: FolderPlace,
    name: string,
    depth: number,
    files: number,
    hasFolders: boolean,
    at: [number, number],
    source_?: LocalSource,
  ): void => {
    const id = idOf(place);
    const isOpen = open.has(id) && hasFolders;
    nodes.push({ ...place, name, depth, files, hasFolders, isOpen, place: at[0], siblings: at[1], source_ });
    if (!isOpen) return;
    const below = children.get(id)?.folders ?? [];
    for (const [index, folder] of below.entries()) {
      add({ source: place.source, path: folder.path }, folder.name, depth + 1, folder.files, folder.has_folders, [
        index + 1,
        below.length,
      ]);
    }
  };
  for (const [index, source] of sources.entries()) {
    add(
      { source: source.alias, path: '' },
      source.alias,
      0,
      source.catalogued + source.exceptions,
      true,
      [index + 1, sources.length],
      source,
    );
  }

  const toggle = (node: Node, to: boolean): void => {
    const next = new Map(open);
    if (to) next.set(idOf(node), node);
    else next.delete(idOf(node));
    setOpen(next);
  };
  const focus = (at: number): void => {
    const node = nodes[at];
    if (node === undefined) return;
    setFocused(idOf(node));
    tree.current?.querySelectorAll<HTMLElement>('[role=treeitem]')[at]?.focus();
  };
  const chosenId = chosen === undefined ? undefined : idOf(chosen);
  const tabStop = nodes.some((node) => idOf(node) === focused) ? focused : (chosenId ?? (nodes[0] && idOf(nodes[0])));

  const onKeyDown = (event: KeyboardEvent, at: number): void => {
    const node = nodes[at];
    if (node === undefined || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === 'ArrowDown') focus(at + 1);
    else if (event.key === 'ArrowUp') focus(at - 1);
    else if (event.key === 'Home') focus(0);
    else if (event.key === 'End') focus(nodes.length - 1);
    else if (event.key === 'ArrowRight' && node.hasFolders) node.isOpen ? focus(at + 1) : toggle(node, true);
    else if (event.key === 'ArrowLeft') {
      if (node.isOpen) toggle(node, false);
      else focus(nodes.findLastIndex((other, index) => index < at && other.depth < node.depth));
    } else if (event.key === 'Enter' || event.key === ' ') onChoose(idOf(node) === chosenId ? undefined : node);
    else return;
    event.preventDefault();
    event.stopPropagation();
  };

  return (
    <div className="tree" role="tree" aria-label="Folders" ref={tree}>
      {nodes.map((node, at) => {
        const id = idOf(node);
        const Sign = node.isOpen ? FolderOpen : Folder;
        const isSuspended = node.source_?.state === 'suspended';
        return (
          <div
            key={id}
            role="treeitem"
            tabIndex={id === tabStop ? 0 : -1}
            aria-level={node.depth + 1}
            aria-posinset={node.place}
            aria-setsize={node.siblings}
            aria-selected={id === chosenId}
            aria-expanded={node.hasFolders ? node.isOpen : undefined}
            className="tree-node"
            style={{ paddingLeft: 6 + node.depth * 14 }}
            title={visibleText(node.path === '' ? (node.source_?.folder ?? node.name) : node.path)}
            onKeyDown={(event) => onKeyDown(event, at)}
            onFocus={() => setFocused(id)}
            onClick={(event) => {
              const isSign = event.target instanceof Element && event.target.closest('.tree-sign') !== null;
              if (isSign && node.hasFolders) toggle(node, !node.isOpen);
              else onChoose(id === chosenId ? undefined : node);
            }}
          >
            <span className="tree-sign" aria-hidden="true">
              {node.hasFolders &&
                (node.isOpen ? <ChevronDown className="icon s" /> : <ChevronRight className="icon s" />)}
            </span>
            <Sign className="icon s t3" aria-hidden="true" />
            <span className={`cut${node.depth === 0 ? ' b' : ''}`}>{visibleText(node.name)}</span>
            {isSuspended && <span className="pill sq w">suspended</span>}
            {(node.source_?.held_deletions ?? 0) > 0 && (
              <span className="pill sq d">{count(node.source_?.held_deletions ?? 0)} held</span>
            )}
            <span className="end t3 xs">{count(node.files)}</span>
          </div>
        );
      })}
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
