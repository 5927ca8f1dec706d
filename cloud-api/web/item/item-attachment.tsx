import { failureSentence } from '@nucleus/shared/ui/client/call-failure.ts';
import { CopyButton } from '@nucleus/shared/ui/parts/copy-button.tsx';
import { say, sayFailure } from '@nucleus/shared/ui/toasts/toasts.ts';
import { groupMetadata } from '@nucleus/shared/ui/words/fields.ts';
import { bytes, counted, moment } from '@nucleus/shared/ui/words/quantities.ts';
import { visibleText } from '@nucleus/shared/ui/words/visible-text.ts';
import { assetEndpoints, type ItemAttachment as View } from '@nucleus/shared/wire/assets';
import { type UseQueryResult, useQuery } from '@tanstack/react-query';
import { ExternalLink, RotateCw } from 'lucide-react';
import { type ReactElement, useState } from 'react';
import { callCloud } from '../cloud/call-cloud.ts';
import { queries } from '../cloud/queries.ts';
import { attachmentStates } from '../tasks/task-words.ts';

const refreshMs = 1_500;
const attachmentKey = (itemId: string) => ['item-attachment', itemId];

/** What is stored of an item's picture; asked for again while a fetch is on its way. */
export function useItemAttachment(datasetId: string, itemId: string | undefined): UseQueryResult<View> {
  return useQuery({
    queryKey: attachmentKey(itemId ?? ''),
    queryFn: ({ signal }) =>
      callCloud(assetEndpoints.getItemAttachment, { params: { datasetId, itemId: itemId ?? '' }, signal }),
    enabled: itemId !== undefined,
    refetchInterval: ({ state }) => (isMoving(state.data) ? refreshMs : false),
  });
}

/** Upright is what everybody expects. */
function tellingExif(exif: View['exif']): Record<string, unknown> {
  const { orientation, ...others } = exif ?? {};
  return orientation === undefined || orientation === 1 ? others : { orientation, ...others };
}

function isMoving(view: View | undefined): boolean {
  return view?.state === 'pending' || view?.state === 'fetching' || view?.state === 'processing';
}

/** The copy of an item's picture that is kept here: how far it is, why it is not there, and the way to a fresh one. */
export function ItemAttachment(props: { datasetId: string; itemId: string; view: View }): ReactElement {
  const { datasetId, itemId, view } = props;
  const [isAsking, setAsking] = useState(false);
  const refetch = async (): Promise<void> => {
    setAsking(true);
    try {
      const params = { datasetId, itemId };
      queries.setQueryData(attachmentKey(itemId), await callCloud(assetEndpoints.refetchItem, { params }));
      say('The picture is being fetched again. What is stored stays until it is there.');
    } catch (error) {
      sayFailure(failureSentence(error));
    }
    setAsking(false);
  };
  const { word, tone } = attachmentStates[view.state ?? 'none'];
  return (
    <section className="field-group col g3" aria-label="Stored picture">
      <div className="row">
        <h2 className="grow">Stored picture</h2>
        <span className={`pill ${tone}`}>
          <span className="dot" />
          {word}
        </span>
      </div>
      {view.message !== null && (
        <div className={`att${view.state === 'error' ? ' bad' : ''}`}>
          <div className="grow">
            <div className="sm">{view.message}</div>
            <div className="row g5 xs t3">
              <span className="mono">{view.code}</span>
              {view.updated_at !== null && (
                <span>
                  {counted(view.tries ?? 0, 'try', 'tries')}, last {moment(Date.parse(view.updated_at))}
                </span>
              )}
            </div>
          </div>
        </div>
      )}
      {view.sha256 !== null && (
        <dl className="kv">
          <dt>File</dt>
          <dd>
            {view.format}, {bytes(view.bytes ?? 0)}
          </dd>
          <dt>SHA-256</dt>
          <dd className="row g2">
            <span className="mono cut" title={view.sha256}>
              {view.sha256.slice(0, 16)}…
            </span>
            <CopyButton text={view.sha256} name="Copy SHA-256" />
          </dd>
          {groupMetadata(tellingExif(view.exif)).flatMap(({ lines }) =>
            lines.map(({ field, label, value, about }) => (
              <div key={field} className="kv-pair">
                <dt title={about === undefined ? undefined : `${about}, as the file’s EXIF says`}>{label}</dt>
                <dd>{visibleText(value)}</dd>
              </div>
            )),
          )}
        </dl>
      )}
      <div className="row g2">
        {view.can_refetch && (
          <button type="button" className="btn" disabled={isAsking || isMoving(view)} onClick={() => void refetch()}>
            <RotateCw className="icon s" aria-hidden="true" />
            Fetch again
          </button>
        )}
        {view.url !== null && (
          <a className="btn ghost" href={view.url} target="_blank" rel="noreferrer">
            <ExternalLink className="icon s" aria-hidden="true" />
            Open original
          </a>
        )}
      </div>
    </section>
  );
}
