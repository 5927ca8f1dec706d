import { failureCode, failureSentence } from '@nucleus/shared/ui/client/call-failure.ts';
import { EmptyState } from '@nucleus/shared/ui/parts/empty-state.tsx';
import { CloudOff, type LucideIcon } from 'lucide-react';
import type { ReactElement } from 'react';

interface NotListedProps {
  /** The two titles. */
  forAdmins: string;
  didNotLoad: string;
  icon: LucideIcon;
  /** What an admin can do there. */
  can: string;
  error: unknown;
}

/** Why a list of the settings is not here: it is for admins, or it did not load. */
export function NotListed({ forAdmins, didNotLoad, icon, can, error }: NotListedProps): ReactElement {
  if (failureCode(error) === 'forbidden') {
    return (
      <EmptyState icon={icon} title={forAdmins}>
        <p>Sign in with a key of scope admin, or with the link that the cloud printed, to {can}.</p>
      </EmptyState>
    );
  }
  return (
    <EmptyState icon={CloudOff} title={didNotLoad}>
      <p>{failureSentence(error)}</p>
    </EmptyState>
  );
}
