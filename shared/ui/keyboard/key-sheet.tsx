import { CircleHelp, Search } from 'lucide-react';
import { Fragment, type ReactElement, useState } from 'react';
import { Dialog } from '../parts/dialog.tsx';
import { findKeys } from './find-keys.ts';
import type { KeyGroup } from './keys.ts';
import { useKeys } from './use-keys.ts';

/** The `?` button and the sheet of keys that it opens. */
export function KeySheet({ groups }: { groups: readonly KeyGroup[] }): ReactElement {
  const [open, setOpen] = useState(false);
  const [wanted, setWanted] = useState('');
  const show = (): void => {
    setWanted('');
    setOpen(true);
  };
  useKeys({ '?': show });
  const shown = findKeys(groups, wanted);
  return (
    <>
      <button type="button" className="btn ghost icon-only" aria-label="Keyboard" title="Keyboard (?)" onClick={show}>
        <CircleHelp className="icon" aria-hidden="true" />
      </button>
      {open && (
        <Dialog
          title="Keyboard"
          hint="The same keys in the dashboard and in the local viewer"
          onClose={() => setOpen(false)}
        >
          <label className="inp key-find">
            <Search className="icon s t3" aria-hidden="true" />
            <span className="sr">Find a key</span>
            <input
              placeholder="Find a key"
              value={wanted}
              data-first
              onChange={({ target }) => setWanted(target.value)}
            />
          </label>
          {shown.length === 0 && (
            <p className="t2 key-find" role="status">
              No key does that.
            </p>
          )}
          <div className="kcols">
            {shown.map((group) => (
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
