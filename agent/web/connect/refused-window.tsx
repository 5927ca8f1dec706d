import { CopyButton } from '@nucleus/shared/ui/parts/copy-button.tsx';
import { CircleAlert } from 'lucide-react';
import type { ReactElement, ReactNode } from 'react';

function Window({ title, children }: { title: string; children: ReactNode }): ReactElement {
  return (
    <main className="center connect">
      <div className="win">
        <CircleAlert className="icon l c-d" aria-hidden="true" />
        <h1>{title}</h1>
        {children}
        <button type="button" className="btn big last" onClick={() => close()}>
          Close window
        </button>
      </div>
    </main>
  );
}

/** The asking dashboard is none that this agent is configured for. */
export function NotOnTheList({ origin }: { origin: string }): ReactElement {
  const line = `agent:\n  dashboard_origins:\n    - ${origin}`;
  return (
    <Window title="This dashboard is not on the list">
      <p className="sm t2">
        A page at another address asked for pictures. This agent hands sessions to the dashboards of its configuration
        only.
      </p>
      <dl className="kv">
        <dt>Asked by</dt>
        <dd className="mono c-d">{origin}</dd>
      </dl>
      <div className="row">
        <p className="sm t2 grow">If that is yours, add it to the configuration on the host and restart the agent:</p>
        <CopyButton text={line} name="Copy the lines" />
      </div>
      <pre className="code">{line}</pre>
      <p className="note w">If you did not expect this window, close it and tell your security team.</p>
      <code className="xs t3">wrong_origin</code>
    </Window>
  );
}

/** Opened by hand, or by a page that cannot be answered. */
export function NotAsked(): ReactElement {
  return (
    <Window title="No dashboard asked">
      <p className="sm t2">
        This window belongs to the button “Show pixels” of a dashboard. It was opened without one, or the dashboard’s
        tab is gone. Close it and press the button again.
      </p>
      <p className="sm t2">
        To look at the pictures without a dashboard, use the <a href="/viewer/">local viewer</a>.
      </p>
      <code className="xs t3">no_opener</code>
    </Window>
  );
}
