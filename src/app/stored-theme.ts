/** The reader's own choice of theme, kept between visits; the address can ask for one (`?theme=dark`). */
import type { Theme } from '../charts/palette';

const KEY = 'advantage-lab/theme';

export function getStoredTheme(search: string): Theme | null {
  const asked = new URLSearchParams(search).get('theme');
  if (asked === 'light' || asked === 'dark') return asked;
  try {
    const stored = localStorage.getItem(KEY);
    return stored === 'light' || stored === 'dark' ? stored : null;
  } catch {
    return null;
  }
}

export function storeTheme(chosen: Theme | null): void {
  try {
    if (chosen === null) localStorage.removeItem(KEY);
    else localStorage.setItem(KEY, chosen);
  } catch {
    // A frame without storage keeps its theme for as long as it is open.
  }
}
