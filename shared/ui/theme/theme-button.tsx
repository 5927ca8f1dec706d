import { Monitor, Moon, Sun } from 'lucide-react';
import { type ReactElement, useState } from 'react';
import { useKeys } from '../keyboard/use-keys.ts';
import { nextTheme, setTheme, shownTheme, storedTheme } from './theme.ts';

const icons = { system: Monitor, dark: Moon, light: Sun };

/** Goes through system, dark and light; `D` switches between dark and light at once. */
export function ThemeButton(): ReactElement {
  const [theme, keep] = useState(storedTheme);
  const show = (next: typeof theme): void => {
    setTheme(next);
    keep(next);
  };
  useKeys({ d: () => show(shownTheme(theme) === 'dark' ? 'light' : 'dark') });
  const Icon = icons[theme];
  return (
    <button
      type="button"
      className="btn ghost icon-only"
      aria-label={`Theme: ${theme}. Change`}
      title={`Theme: ${theme}`}
      onClick={() => show(nextTheme(theme))}
    >
      <Icon className="icon" aria-hidden="true" />
    </button>
  );
}
