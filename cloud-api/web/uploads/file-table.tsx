import { bytes, count, duration } from '@nucleus/shared/ui/words/quantities.ts';
import { visibleText } from '@nucleus/shared/ui/words/visible-text.ts';
import { Check, Pause, Play, RotateCcw, X } from 'lucide-react';
import { memo, type ReactElement, useSyncExternalStore } from 'react';
import type { QueuedFile, QueueTotals, UploadQueue } from './upload-queue.ts';

/** The files of this visit, their progress and what can be done with each. */
export function FileTable({ queue }: { queue: UploadQueue }): ReactElement | null {
  const files = useSyncExternalStore(queue.subscribe, queue.files);
  if (files.length === 0) return null;
  const totals = queue.totals();
  const share = totals.bytes === 0 ? 1 : totals.sentBytes / totals.bytes;
  return (
    <section className="card" aria-label="Files">
      <header>
        <h2>
          {count(totals.files)} {totals.files === 1 ? 'file' : 'files'}
        </h2>
        <span className="sm t2 upload-totals" role="status">
          {totalWords(totals, queue.isPaused)}
        </span>
        {files.some(({ state }) => state === 'failed') && (
          <button type="button" className="btn dense end" onClick={() => queue.retryFailed()}>
            <RotateCcw className="icon s" aria-hidden="true" />
            Retry failed
          </button>
        )}
      </header>
      <div
        className="bar upload-bar upload-total"
        role="progressbar"
        aria-label="All files"
        aria-valuenow={Math.round(share * 100)}
        aria-valuemin={0}
        aria-valuemax={100}
      >
        <b style={{ width: `${share * 100}%` }} />
      </div>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a part that scrolls must be reachable by keyboard */}
      <section className="tscroll upload-files" tabIndex={0} aria-label="List of files">
        <table>
          <thead className="sr">
            <tr>
              <th>Name</th>
              <th>Size</th>
              <th>Progress</th>
              <th>State</th>
              <th>Action</th>
            </tr>
          </thead>
          <tbody>
            {files.map((file) => (
              <FileRow key={file.id} file={file} queue={queue} />
            ))}
          </tbody>
        </table>
      </section>
    </section>
  );
}

function totalWords(
  { done, failed, active, paused, bytesPerSecond, bytes: all, sentBytes }: QueueTotals,
  isPaused: boolean,
): string {
  const left = bytesPerSecond > 0 && active > 0 && !isPaused ? duration((all - sentBytes) / bytesPerSecond) : undefined;
  return [
    `${count(done)} done`,
    ...(failed > 0 ? [`${count(failed)} failed`] : []),
    ...(paused > 0 ? [`${count(paused)} paused`] : []),
    ...(active > 0 ? [`${count(active)} uploading`] : []),
    ...(left === undefined ? [] : [`${bytes(bytesPerSecond)}/s`, `${left} left`]),
  ].join(', ');
}

const FileRow = memo(function FileRow({ file, queue }: { file: QueuedFile; queue: UploadQueue }): ReactElement {
  const name = visibleText(file.name);
  const share = file.bytes === 0 ? 0 : file.sent / file.bytes;
  const isBad = file.state === 'failed' || file.state === 'refused';
  const isDone = file.state === 'added' || file.state === 'already-there';
  return (
    <tr className="upload-row">
      <td className="mono cut upload-name" title={name}>
        {name}
      </td>
      <td className="num t2 nowrap">{bytes(file.bytes)}</td>
      <td className="upload-progress">
        <span className={`bar upload-bar${isDone ? ' in' : isBad ? ' d' : ''}`}>
          <b style={{ width: `${(isBad ? 1 : share) * 100}%` }} />
        </span>
      </td>
      <td className={isBad ? 'c-d' : isDone ? 'c-in nowrap' : 't2 nowrap'}>
        {isDone && <Check className="icon s" aria-hidden="true" />} {stateWords(file, share)}
      </td>
      <td className="num nowrap">
        <Action file={file} name={name} queue={queue} />
      </td>
    </tr>
  );
});

function stateWords({ state, error }: QueuedFile, share: number): string {
  switch (state) {
    case 'sending':
      return `${Math.floor(share * 100)} %`;
    case 'taking':
      return 'processing';
    case 'added':
      return 'ready';
    case 'already-there':
      return 'already there';
    case 'failed':
    case 'refused':
      return error ?? 'failed';
    default:
      return state;
  }
}

function Action({ file, name, queue }: { file: QueuedFile; name: string; queue: UploadQueue }): ReactElement | null {
  const button = (label: string, Icon: typeof X, act: () => void): ReactElement => (
    <button
      type="button"
      className="btn ghost icon-only dense"
      aria-label={`${label} ${name}`}
      title={label}
      onClick={act}
    >
      <Icon className="icon s" aria-hidden="true" />
    </button>
  );
  switch (file.state) {
    case 'sending':
      return button('Pause', Pause, () => queue.pause(file.id));
    case 'paused':
      return button('Resume', Play, () => queue.resume(file.id));
    case 'failed':
      return button('Retry', RotateCcw, () => queue.resume(file.id));
    case 'waiting':
    case 'refused':
      return button('Remove', X, () => queue.remove(file.id));
    default:
      return null;
  }
}
