import type { LucideIcon } from 'lucide-react';
import type { ReactElement, ReactNode } from 'react';

interface EmptyStateProps {
  icon: LucideIcon;
  title: string;
  children: ReactNode;
  actions?: ReactNode;
}

/** A page or a part without content: why, and what to do. */
export function EmptyState({ icon: Icon, title, children, actions }: EmptyStateProps): ReactElement {
  return (
    <div className="center">
      <div className="empty">
        <Icon className="icon l t3" aria-hidden="true" />
        <h1>{title}</h1>
        {children}
        {actions !== undefined && <div className="row wrap">{actions}</div>}
      </div>
    </div>
  );
}
