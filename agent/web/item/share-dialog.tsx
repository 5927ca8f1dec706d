import { failureSentence } from '@nucleus/shared/ui/client/call-failure.ts';
import { CopyButton } from '@nucleus/shared/ui/parts/copy-button.tsx';
import { Dialog } from '@nucleus/shared/ui/parts/dialog.tsx';
import { clock } from '@nucleus/shared/ui/words/quantities.ts';
import { cutMiddle, visibleText } from '@nucleus/shared/ui/words/visible-text.ts';
import { localEndpoints } from '@nucleus/shared/wire/local';
import type { LocalItem } from '@nucleus/shared/wire/local-item';
import { useMutation } from '@tanstack/react-query';
import { type ReactElement, useState } from 'react';
import { hasPreview } from '../files/file-words.ts';
import { queries } from '../session/queries.ts';
import { callAgent } from '../session/viewer-session.ts';

interface ShareDialogProps {
  file: LocalItem;
  onClose: () => void;
}

const lives = [10, 30, 60] as const;

/** A link to one file for somebody in the network: it ends by itself, and can be ended here or under Sessions. */
export function ShareDialog({ file, onClose }: ShareDialogProps): ReactElement {
  const [minutes, setMinutes] = useState<number>(10);
  const [variant, setVariant] = useState<'original' | 'preview-2048'>(hasPreview(file) ? 'preview-2048' : 'original');
  const share = useMutation({
    mutationFn: () => callAgent(localEndpoints.shareItem, { params: { key: file.key }, body: { variant, minutes } }),
    onSettled: () => queries.invalidateQueries({ queryKey: ['sessions'] }),
  });
  const revoke = useMutation({
    mutationFn: (id: string) => callAgent(localEndpoints.revokeSessions, { body: { session_id: id } }),
    onSettled: () => queries.invalidateQueries({ queryKey: ['sessions'] }),
  });
  return (
    <Dialog title="Share a link" size="small" onClose={onClose}>
      <div className="dialog-body">
        <p className="mono sm brk">{cutMiddle(visibleText(file.path), 90)}</p>
        <p className="sm t2">
          Whoever has the link sees this one file, without a session, wherever this agent can be reached. It shows
          nothing else.
        </p>
        <div className="row wrap">
          {/* biome-ignore lint/a11y/useSemanticElements: a fieldset would bring a border and a legend */}
          <span className="seg" role="group" aria-label="What is shared">
            <button
              type="button"
              disabled={!hasPreview(file)}
              aria-pressed={variant === 'preview-2048'}
              onClick={() => setVariant('preview-2048')}
            >
              Preview, no metadata
            </button>
            <button type="button" aria-pressed={variant === 'original'} onClick={() => setVariant('original')}>
              Original with its tags
            </button>
          </span>
          {/* biome-ignore lint/a11y/useSemanticElements: a fieldset would bring a border and a legend */}
          <span className="seg" role="group" aria-label="How long it opens">
            {lives.map((life) => (
              <button type="button" key={life} aria-pressed={minutes === life} onClick={() => setMinutes(life)}>
                {life} min
              </button>
            ))}
          </span>
        </div>
        {share.data === undefined || revoke.isSuccess ? (
          <div className="row">
            {revoke.isSuccess && (
              <p className="sm t2" role="status">
                The link was revoked and opens nothing any more.
              </p>
            )}
            <button
              type="button"
              className="btn lead end"
              disabled={share.isPending}
              onClick={() => {
                revoke.reset();
                share.mutate();
              }}
            >
              {revoke.isSuccess ? 'Make another' : 'Make the link'}
            </button>
          </div>
        ) : (
          <>
            <div className="cmd plain">
              <span>{share.data.url}</span>
              <CopyButton text={share.data.url} name="Copy the link" />
            </div>
            <div className="row">
              <p className="sm t2" role="status">
                Opens until {clock(share.data.expires_at)}, or until you revoke it, the file changes, or the agent
                restarts.
              </p>
              <button
                type="button"
                className="btn dense end danger"
                disabled={revoke.isPending}
                onClick={() => revoke.mutate(share.data.session_id)}
              >
                Revoke now
              </button>
            </div>
          </>
        )}
        {(share.isError || revoke.isError) && (
          <p className="note d" role="alert">
            {failureSentence(share.error ?? revoke.error)}
          </p>
        )}
      </div>
    </Dialog>
  );
}
