/** The theme of a page: the reader's stored choice or the system's, put on the document and kept in step. */
import { setTheme, ThemeChoice } from '../ui/theme.svelte';
import { getStoredTheme, storeTheme } from './stored-theme';

/** Called while a page's component is made; hands the theme down by context. */
export function followTheme(): ThemeChoice {
  const theme = new ThemeChoice(getStoredTheme(location.search));
  setTheme(theme);
  $effect(() => theme.follow(matchMedia('(prefers-color-scheme: dark)')));
  $effect(() => {
    if (theme.chosen === null) delete document.documentElement.dataset['theme'];
    else document.documentElement.dataset['theme'] = theme.chosen;
    storeTheme(theme.chosen);
  });
  return theme;
}
