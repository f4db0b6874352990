/** Light or dark: the reader's own choice, else the system's. Canvas needs to know which. */
import { createContext } from 'svelte';
import type { Theme } from '../charts/palette';

export class ThemeChoice {
  #chosen = $state<Theme | null>(null);
  #system = $state<Theme>('light');

  constructor(chosen: Theme | null = null) {
    this.#chosen = chosen;
  }

  get current(): Theme {
    return this.#chosen ?? this.#system;
  }
  /** null while the system decides. */
  get chosen(): Theme | null {
    return this.#chosen;
  }

  follow(query: MediaQueryList): () => void {
    const read = () => (this.#system = query.matches ? 'dark' : 'light');
    read();
    query.addEventListener('change', read);
    return () => query.removeEventListener('change', read);
  }

  choose(theme: Theme | null): void {
    this.#chosen = theme;
  }
}

export const [getTheme, setTheme] = createContext<ThemeChoice>();
