/** Dark, light or as the system is. The choice is stored on this computer and set on the root element. */

export const themes = ['system', 'dark', 'light'] as const;
export type Theme = (typeof themes)[number];

const place = 'nucleus.theme';

/** The stored choice; `system` when there is none or storage is closed. */
export function storedTheme(): Theme {
  try {
    const stored = localStorage.getItem(place);
    return themes.find((theme) => theme === stored) ?? 'system';
  } catch {
    return 'system';
  }
}

/** Shows a theme and remembers it. */
export function setTheme(theme: Theme): void {
  if (theme === 'system') delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = theme;
  try {
    localStorage.setItem(place, theme);
  } catch {
    // Storage may be closed in private windows: the theme then lasts as long as the page.
  }
}

export function nextTheme(theme: Theme): Theme {
  return themes[(themes.indexOf(theme) + 1) % themes.length] ?? 'system';
}

/** What is on screen now, the system's choice resolved. */
export function shownTheme(theme: Theme): 'dark' | 'light' {
  if (theme !== 'system') return theme;
  return matchMedia('(prefers-color-scheme: light)').matches ? 'light' : 'dark';
}
