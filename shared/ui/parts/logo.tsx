import type { ReactElement } from 'react';

/** The product's sign: a core inside an open perimeter. */
export function Logo(): ReactElement {
  return (
    <svg
      className="icon l"
      viewBox="0 0 16 16"
      fill="none"
      stroke="currentColor"
      strokeWidth="1.5"
      strokeLinecap="round"
      strokeLinejoin="round"
      aria-hidden="true"
    >
      <path d="M5 2H3a1 1 0 0 0-1 1v10a1 1 0 0 0 1 1h10a1 1 0 0 0 1-1v-2M9 2h4a1 1 0 0 1 1 1v4" />
      <circle cx="8" cy="8" r="2.4" fill="currentColor" stroke="none" />
    </svg>
  );
}
