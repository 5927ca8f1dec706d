import { CopyButton } from '@nucleus/shared/ui/parts/copy-button.tsx';
import { bytes, count, moment } from '@nucleus/shared/ui/words/quantities.ts';
import { visibleText } from '@nucleus/shared/ui/words/visible-text.ts';
import type { ReactElement } from 'react';
import { stateWords } from '../files/file-words.ts';
import type { FileDetail } from './use-item.ts';

/** What the catalogue knows of a file, with the reason for where it stands. All of it stays here. */
export function FileFacts({ detail }: { detail: FileDetail }): ReactElement {
  const { item, gps } = detail;
  const isTroubled = item.state === 'exception' || item.state === 'dead-letter';
  return (
    <dl className="kv">
      {item.width !== undefined && item.height !== undefined && (
        <>
          <dt>Dimensions</dt>
          <dd>
            {count(item.width)} × {count(item.height)}
            {item.format !== undefined && `, ${item.format}`}
          </dd>
        </>
      )}
      <dt>Size on disk</dt>
      <dd>{bytes(item.byte_size)}</dd>
      <dt>Folder</dt>
      <dd className="mono brk">{visibleText(`${detail.folder}/${item.path}`.replace(/\/[^/]*$/, ''))}</dd>
      <dt>Changed</dt>
      <dd>{moment(detail.modified_at)}</dd>
      {gps !== undefined && (
        <>
          <dt>Exact position</dt>
          <dd className="mono">
            {gps.lat.toFixed(5)}, {gps.lon.toFixed(5)}
          </dd>
        </>
      )}
      {item.no_pixels !== undefined && (
        <>
          <dt>Descriptors</dt>
          <dd>None. {item.no_pixels}</dd>
        </>
      )}
      {item.sidecar_fault !== undefined && (
        <>
          <dt>Sidecar</dt>
          <dd className="c-d">{item.sidecar_fault}</dd>
        </>
      )}
      <dt>Source</dt>
      <dd>{item.source}</dd>
      <dt>Reference id</dt>
      <dd className="row g2">
        <span className="mono brk">{visibleText(item.reference_id)}</span>
        <CopyButton text={item.reference_id} name="Copy reference id" />
      </dd>
      <dt>State</dt>
      <dd className={isTroubled ? 'c-d' : ''}>{stateWords[item.state]}</dd>
      <dt>{item.state === 'synced' ? 'Told' : 'Why'}</dt>
      <dd>{detail.why}</dd>
      <dt>Content</dt>
      <dd>
        generation {count(detail.generation)}, first catalogued {detail.ingest_day}
      </dd>
    </dl>
  );
}
