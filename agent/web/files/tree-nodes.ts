/** The folder tree as the lines that are drawn, in their order. Pure. */
import type { FolderView } from '@nucleus/shared/wire/viewer';
import type { LocalSource } from '../sources/source-words.ts';

/** A folder of a source; an empty path is the source itself. */
export interface FolderPlace {
  source: string;
  path: string;
}

/** One line. */
export interface TreeNode extends FolderPlace {
  id: string;
  name: string;
  depth: number;
  files: number;
  hasFolders: boolean;
  isOpen: boolean;
  /** Counted from one among its siblings. */
  place: number;
  siblings: number;
  /** Set for the source itself. */
  of?: LocalSource | undefined;
  /** It stands for the folders behind it that are too many to list. */
  isRest?: boolean | undefined;
}

export interface Listed {
  folders: readonly FolderView[];
  is_cut: boolean;
}

export const idOf = ({ source, path }: FolderPlace): string => `${source}\0${path}`;

/** @param open ids of opened folders. @param listed what lies below a folder, once it has come */
export function treeNodes(
  sources: readonly LocalSource[],
  open: ReadonlySet<string> | ReadonlyMap<string, unknown>,
  listed: ReadonlyMap<string, Listed | undefined>,
): TreeNode[] {
  const nodes: TreeNode[] = [];
  const add = (node: Omit<TreeNode, 'id' | 'isOpen'>): void => {
    const id = idOf(node);
    const isOpen = open.has(id) && node.hasFolders;
    nodes.push({ ...node, id, isOpen });
    if (!isOpen) return;
    const { folders, is_cut: isCut } = listed.get(id) ?? { folders: [], is_cut: false };
    const siblings = folders.length + (isCut ? 1 : 0);
    const { source } = node;
    const depth = node.depth + 1;
    for (const [at, { path, name, files, has_folders: hasFolders }] of folders.entries()) {
      add({ source, path, name, depth, files, hasFolders, place: at + 1, siblings });
    }
    if (!isCut) return;
    const rest = { source, path: node.path, depth, files: 0, hasFolders: false, isOpen: false, isRest: true };
    nodes.push({ ...rest, id: `${id}\0rest`, name: 'more folders: find them with path:', place: siblings, siblings });
  };
  for (const [at, of] of sources.entries()) {
    const place = { source: of.alias, path: '', name: of.alias, depth: 0, files: of.catalogued + of.exceptions };
    add({ ...place, hasFolders: true, place: at + 1, siblings: sources.length, of });
  }
  return nodes;
}

/** Where a key leads from a line, or undefined when it moves nowhere. @param page lines in sight */
export function stepFrom(nodes: readonly TreeNode[], at: number, key: string, page: number): number | undefined {
  const last = nodes.length - 1;
  const to: Record<string, number> = {
    ArrowDown: at + 1,
    ArrowUp: at - 1,
    PageDown: Math.min(last, at + page),
    PageUp: Math.max(0, at - page),
    Home: 0,
    End: last,
  };
  const place = to[key];
  return place === undefined || place < 0 || place > last ? undefined : place;
}

/** The line of the folder that holds this one. */
export function parentOf(nodes: readonly TreeNode[], at: number): number {
  const depth = nodes[at]?.depth ?? 0;
  return nodes.findLastIndex((other, index) => index < at && other.depth < depth);
}
