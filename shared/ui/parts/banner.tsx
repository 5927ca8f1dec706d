import type { LucideIcon } from 'lucide-react';
import type { ReactElement, ReactNode } from 'react';

interface BannerProps {
  tone: 'plain' | 'in' | 'w' | 'd';
  icon: LucideIcon;
  title: string;
  children?: ReactNode;
  /** The code of a state, shown small so that it can be searched and quoted. */
  code?: string;
  actions?: ReactNode;
  isBox?: boolean;
}

/** One line across the page: what happened, why, and the way on. */
export function Banner({ tone, icon: Icon, title, children, code, actions, isBox }: BannerProps): ReactElement {
  const isRefusal = tone === 'd' || tone === 'w';
  return (
    <div className={`banner ${tone}${isBox === true ? ' box' : ''}`} role={isRefusal ? 'alert' : 'status'}>
      <Icon className="icon" aria-hidden="true" />
      <p>
        <b>{title}</b> {children !== undefined && <span className="t2">{children}</span>}
        {code !== undefined && (
          <>
            {' '}
            <code className="xs">{code}</code>
          </>
        )}
      </p>
      {Boolean(actions) && <span className="row g3 wrap">{actions}</span>}
    </div>
  );
}
