import type { MouseEvent, ReactElement, ReactNode } from 'react';
import { navigate } from 'wouter/use-browser-location';

interface PageLinkProps {
  to: string;
  children: ReactNode;
  className?: string;
  isCurrent?: boolean;
  /** Name, where the content is a sign alone. */
  label?: string;
}

/** A link to a page of the dashboard that keeps the browser's own ways: new tab, new window, copy address. */
export function PageLink({ to, children, className, isCurrent, label }: PageLinkProps): ReactElement {
  const follow = (event: MouseEvent): void => {
    if (
      event.defaultPrevented ||
      event.button !== 0 ||
      event.ctrlKey ||
      event.metaKey ||
      event.shiftKey ||
      event.altKey
    )
      return;
    event.preventDefault();
    navigate(to);
  };
  return (
    <a
      href={to}
      className={className}
      aria-label={label}
      aria-current={isCurrent === true ? 'page' : undefined}
      onClick={follow}
    >
      {children}
    </a>
  );
}
