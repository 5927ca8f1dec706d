/** As wide as pages must be to show a list and what is chosen in it side by side; the styles have the same number. */
const oneColumn = '(max-width: 1100px)';

/** For `ref` of what is opened from a list: where it comes below the list, it is scrolled to. */
export function bringIntoView(opened: HTMLElement | null): void {
  if (opened !== null && matchMedia(oneColumn).matches) opened.scrollIntoView({ block: 'start' });
}
