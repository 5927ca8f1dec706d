import { CommandLine } from '@nucleus/shared/ui/parts/command-line.tsx';
import type { ReactElement } from 'react';

/** How to put an agent next to the storage. */
export function FirstSteps(): ReactElement {
  return (
    <ol className="steps">
      <li>
        <div className="col">
          <h2>Make a key for the agent</h2>
          <CommandLine command="npx nucleus-cloud keys create --scopes agent" />
        </div>
      </li>
      <li>
        <div className="col">
          <h2>Run it on the host that sees your files</h2>
          <CommandLine command="export NUCLEUS_AGENT_KEY=live_…" />
          <CommandLine
            command={`npx nucleus-agent run \\\n  --source /path/to/pictures --dataset my-pictures \\\n  --cloud ${location.origin}`}
          />
          <p className="sm t2">
            Not sure yet? See every byte first, with no connection opened: <code>npx nucleus-agent plan</code>
          </p>
        </div>
      </li>
      <li>
        <div className="col">
          <h2>Watch it arrive</h2>
          <p className="row sm t2">
            <span className="dot o c-w" /> Waiting for the first heartbeat. This page updates by itself.
          </p>
        </div>
      </li>
    </ol>
  );
}
