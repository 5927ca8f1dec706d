import { type ReactElement, useEffect } from 'react';
import { PageLink } from '../frame/page-link.tsx';
import { type SettingsPart, settingsPath } from '../route.ts';
import { AuditPart } from './audit-part.tsx';
import { IntegrationsPart } from './integrations-part.tsx';
import { KeysPart } from './keys-part.tsx';
import './settings.css';

const parts: readonly { part: SettingsPart; name: string }[] = [
  { part: 'keys', name: 'API keys' },
  { part: 'integrations', name: 'Integrations' },
  { part: 'audit', name: 'Audit log' },
];

function Part({ part }: { part: SettingsPart }): ReactElement {
  switch (part) {
    case 'integrations':
      return <IntegrationsPart />;
    case 'audit':
      return <AuditPart />;
    default:
      return <KeysPart />;
  }
}

/** What an admin sets and reads of the team itself: one part at a time. */
export function SettingsPage({ part }: { part: SettingsPart }): ReactElement {
  const name = parts.find((each) => each.part === part)?.name ?? 'Settings';
  useEffect(() => {
    document.title = `${name} · Nucleus`;
  }, [name]);
  return (
    <div className="settings">
      <nav className="settings-nav" aria-label="Settings">
        {parts.map((each) => (
          <PageLink key={each.part} to={settingsPath(each.part)} isCurrent={each.part === part}>
            {each.name}
          </PageLink>
        ))}
      </nav>
      <div className="work settings-part">
        <Part part={part} />
      </div>
    </div>
  );
}
