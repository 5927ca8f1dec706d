import { lstatSync, readFileSync, readlinkSync } from 'node:fs';
import { dirname, resolve, sep } from 'node:path';
import { isSilentName } from './silent-file-systems.ts';

/** As many as the kernel follows. */
const mostLinks = 40;

/**
 * Whether a folder lies on a file system whose server may stop to answer, told without asking that file system anything: by the list of
 * mounts, and by the links outside of such mounts. False where the system has no such list.
 */
export function mayHang(folder: string): boolean {
  const mounts = readMounts();
  let path = resolve(folder);
  for (let links = 0; links < mostLinks; links += 1) {
    const target = firstLink(path, mounts);
    if (target === 'silent') return true;
    if (target === undefined) return false;
    path = target;
  }
  return false;
}

/** Where the first link on the way leads, with the rest of the way behind it; `silent` once the way enters such a mount. */
function firstLink(path: string, mounts: ReadonlyMap<string, boolean>): string | 'silent' | undefined {
  const parts = path.split(sep).filter(Boolean);
  if (mounts.get('/') === true) return 'silent';
  for (let i = 1; i <= parts.length; i += 1) {
    const at = `/${parts.slice(0, i).join(sep)}`;
    if (mounts.get(at) === true) return 'silent';
    try {
      if (!lstatSync(at).isSymbolicLink()) continue;
      return resolve(dirname(at), readlinkSync(at), ...parts.slice(i));
    } catch {
      return undefined; // nothing is there
    }
  }
  return undefined;
}

/** Whether what is mounted at a place may stop to answer, by place; the last mount at a place hides those before it. */
function readMounts(): Map<string, boolean> {
  const mounts = new Map<string, boolean>();
  try {
    for (const line of readFileSync('/proc/self/mountinfo', 'utf8').split('\n')) {
      const [before = '', after = ''] = line.split(' - ');
      const place = before.split(' ')[4];
      const [type = ''] = after.split(' ');
      if (place !== undefined) mounts.set(place.replace(/\\(\d{3})/g, unescapeOctal), isSilentName(type));
    }
  } catch {
    // no such list on this system
  }
  return mounts;
}

function unescapeOctal(_: string, digits: string): string {
  return String.fromCharCode(Number.parseInt(digits, 8));
}
