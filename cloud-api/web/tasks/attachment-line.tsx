import { fieldText } from '@nucleus/shared/ui/words/fields.ts';
import { bytes, counted, moment } from '@nucleus/shared/ui/words/quantities.ts';
import { visibleText } from '@nucleus/shared/ui/words/visible-text.ts';
import type { AttachmentDetail } from '@nucleus/shared/wire/tasks';
import { Check, ImageOff, Loader } from 'lucide-react';
import type { ReactElement } from 'react';

/** One attachment: its picture once it is stored, else how far it is or why it is not there. */
export function AttachmentLine({ attachment }: { attachment: AttachmentDetail }): ReactElement {
  const { state, message, code, tries, updated_at } = attachment;
  const isBad = state === 'error';
  const Icon = isBad ? ImageOff : state === 'ready' ? Check : Loader;
  return (
    <div className={`att${isBad ? ' bad' : ''}`}>
      <span className={isBad ? 'c-d' : state === 'ready' ? 'c-in' : 't3'}>
        <Icon className="icon" aria-hidden="true" />
      </span>
      <div className="grow">
        <div className="mono xs brk">{visibleText(attachment.attachment)}</div>
        {message === null ? (
          <>
            <div className="xs t2">{stateLine(attachment)}</div>
            <div className="xs t3">{captureLine(attachment.exif)}</div>
          </>
        ) : (
          <>
            <div className="sm">{message}</div>
            <div className="row g5 xs t3">
              <span className="mono">{code}</span>
              <span>
                {isBad ? counted(tries, 'try', 'tries') : 'tried again soon'}, last {moment(updated_at)}
              </span>
            </div>
          </>
        )}
      </div>
      {attachment.preview_url !== null && <img className="att-look" src={attachment.preview_url} alt="" />}
    </div>
  );
}

function stateLine({ state, role, width, height, bytes: size }: AttachmentDetail): string {
  const context = role === 'context' ? 'context, ' : '';
  if (state !== 'ready' || size === null) return `${context}${state === 'pending' ? 'waiting' : state}`;
  return `${context}ready, ${width} × ${height}, ${bytes(size)}`;
}

const captureFields = ['camera_model', 'capture_local', 'f_number', 'exposure_us', 'iso', 'focal_length_mm'] as const;

/** Camera, time and exposure of a picture, as far as its EXIF tells them. */
function captureLine(exif: AttachmentDetail['exif']): string {
  const known = captureFields.filter((field) => exif?.[field] !== undefined);
  return known
    .map((field) => `${field === 'iso' ? 'ISO ' : ''}${visibleText(fieldText(field, exif?.[field]))}`)
    .join(', ');
}
