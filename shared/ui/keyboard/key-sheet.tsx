import { CircleHelp } from 'lucide-react';
import { Fragment, type ReactElement, useState } from 'react';
import { Dialog } from '../parts/dialog.tsx';
import type { KeyGroup } from './keys.ts';
import { useKeys } from './use-keys.ts';

/** The `?` button and the sheet of keys that it opens. */
export function KeySheet({ groups }: { groups: readonly KeyGroup[] }): ReactElement {
  const [open, setOpen] = useState(false);
  useKeys({ '?': () => setOpen(true) });
  return (
    <>
      <button
        type="button"
        className="btn ghost icon-only"
        aria-label="Keyboard"
        title="Keyboard (?)"
        onClick={() => setOpen(true)}
      >
        <CircleHelp className="icon" aria-hidden="true" />
      </button>
      {open && (
        <Dialog
          title="Keyboard"
          hint="The same keys in the dashboard and in the local viewer"
          onClose={() => setOpen(false)}
        >
          <div className="kcols">
            {groups.map((group) => (
              <section key={group.title}>
                <h3>{group.title}</h3>
                {group.lines.map((line) => (
                  <div className="krow" key={line.does}>
                    <span>{line.does}</span>
                    <span className="end row g2">
                      {line.keys.map((together, at) => (
                        <Fragment key={together.join()}>
                          {at > 0 && <span className="xs t3">or</span>}
                          {together.map((key) => (
                            <kbd key={key}>{key}</kbd>
                          ))}
                        </Fragment>
                      ))}
                    </span>
                  </div>
                ))}
              </section>
            ))}
          </div>
        </Dialog>
      )}
    </>
  );
}
