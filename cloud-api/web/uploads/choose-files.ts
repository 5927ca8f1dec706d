/** What a person picked or dropped, with what speaks against a file before a byte is sent. */
import { mostFilesAtOnce, mostItemBytes } from '@nucleus/shared/wire/resumable';

export interface ChosenFile {
  file: File;
  /** Path within the folder that was picked, else the file's name: the reference id to be. */
  name: string;
  error?: string | undefined;
}

const pictureTypes = /^image\/(jpeg|png|webp|gif|tiff|avif)$/;
const pictureEndings = /\.(jpe?g|png|webp|gif|tiff?|avif)$/i;
export const pictureInput = 'image/jpeg,image/png,image/webp,image/gif,image/tiff,image/avif';

/** Why a file cannot be a picture here; the server looks at the bytes again. */
function judgeFile(file: Pick<File, 'name' | 'type' | 'size'>): string | undefined {
  const isPicture = file.type === '' ? pictureEndings.test(file.name) : pictureTypes.test(file.type);
  if (!isPicture)
    return `Not a picture: ${file.type === '' ? (/\.[^.]+$/.exec(file.name)?.[0] ?? 'no type') : file.type}`;
  if (file.size === 0) return 'The file is empty.';
  return file.size > mostItemBytes ? `Larger than ${mostItemBytes / 1024 ** 2} MiB` : undefined;
}

/** Whether a file is meant as a list of addresses. */
export function isCsv(file: Pick<File, 'name' | 'type'>): boolean {
  return file.type === 'text/csv' || /\.csv$/i.test(file.name);
}

/** Judged files, as many as one choice may hold; the rest is only counted. */
export function judgeChoice(files: readonly { file: File; name: string }[]): { chosen: ChosenFile[]; left: number } {
  // What file managers leave in folders is nobody's picture.
  const meant = files.filter(({ name }) => !/(^|\/)(\.|Thumbs\.db$)/i.test(name));
  return {
    chosen: meant.slice(0, mostFilesAtOnce).map((each) => ({ ...each, error: judgeFile(each.file) })),
    left: Math.max(0, meant.length - mostFilesAtOnce),
  };
}

/** Files of an input, folders included. */
export function filesOfInput(list: FileList): { file: File; name: string }[] {
  return Array.from(list, (file) => ({
    file,
    name: file.webkitRelativePath === '' ? file.name : file.webkitRelativePath,
  }));
}

/** Files of a drop, folders walked. Must be called within the event. */
export async function filesOfDrop(items: DataTransferItemList): Promise<{ file: File; name: string }[]> {
  const found: { file: File; name: string }[] = [];
  const entries = Array.from(items).flatMap((item) => {
    const entry = item.webkitGetAsEntry();
    if (entry !== null) return [entry];
    // What is no file of a file system is a file all the same, such as a picture dragged from another program.
    const file = item.getAsFile();
    if (file !== null) found.push({ file, name: file.name });
    return [];
  });
  for (const entry of entries) await walk(entry, '', found);
  return found;
}

async function walk(entry: FileSystemEntry, above: string, found: { file: File; name: string }[]): Promise<void> {
  if (found.length > 2 * mostFilesAtOnce) return;
  if (entry.isFile) {
    const file = await new Promise<File>((resolve, reject) => (entry as FileSystemFileEntry).file(resolve, reject));
    found.push({ file, name: above + entry.name });
    return;
  }
  const reader = (entry as FileSystemDirectoryEntry).createReader();
  // A reader gives a hundred at a time and nothing at its end.
  for (;;) {
    const some = await new Promise<FileSystemEntry[]>((resolve, reject) => reader.readEntries(resolve, reject));
    if (some.length === 0) return;
    for (const each of some) await walk(each, `${above}${entry.name}/`, found);
  }
}
