import { count } from '@nucleus/shared/ui/words/quantities.ts';
import { mostFilesAtOnce, mostItemBytes } from '@nucleus/shared/wire/resumable';
import { Upload } from 'lucide-react';
import { type ChangeEvent, type DragEvent, type ReactElement, useRef, useState } from 'react';
import { filesOfDrop, filesOfInput, pictureInput } from './choose-files.ts';

interface DropAreaProps {
  onFiles: (files: { file: File; name: string }[]) => void;
}

/** Where files and folders are dropped, with buttons that do the same from the keyboard. */
export function DropArea({ onFiles }: DropAreaProps): ReactElement {
  const [isOver, setOver] = useState(false);
  const files = useRef<HTMLInputElement>(null);
  const folder = useRef<HTMLInputElement>(null);
  const drop = (event: DragEvent): void => {
    event.preventDefault();
    setOver(false);
    void filesOfDrop(event.dataTransfer.items).then(onFiles);
  };
  const choose = (event: ChangeEvent<HTMLInputElement>): void => {
    if (event.target.files !== null) onFiles(filesOfInput(event.target.files));
    // The same files may be chosen again.
    event.target.value = '';
  };
  return (
    <section
      className={`drop${isOver ? ' over' : ''}`}
      aria-label="Files to upload"
      onDragOver={(event) => {
        event.preventDefault();
        setOver(true);
      }}
      onDragLeave={() => setOver(false)}
      onDrop={drop}
    >
      <Upload className="icon l c-cl" aria-hidden="true" />
      <b>Drop files or a folder</b>
      <span className="sm t2">
        Up to {count(mostFilesAtOnce)} pictures, {mostItemBytes / 1024 ** 2} MiB each: JPEG, PNG, WebP, TIFF, GIF, AVIF.
        Or a CSV of addresses. Uploads go on after a lost connection.
      </span>
      <span className="row">
        <button type="button" className="btn" onClick={() => files.current?.click()}>
          Choose files
        </button>
        <button type="button" className="btn ghost" onClick={() => folder.current?.click()}>
          Choose a folder
        </button>
      </span>
      <input
        ref={files}
        type="file"
        multiple
        hidden
        accept={`${pictureInput},.csv,text/csv`}
        aria-label="Files"
        onChange={choose}
      />
      <input ref={folder} type="file" hidden aria-label="Folder" onChange={choose} {...{ webkitdirectory: '' }} />
    </section>
  );
}
