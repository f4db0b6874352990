// The theme of pages that are written as text: the reader's stored choice, as everywhere on this site, and the button for it.
(() => {
  const key = 'advantage-lab/theme';
  const page = document.documentElement;
  const asked = new URLSearchParams(location.search).get('theme');
  const isTheme = (name) => name === 'light' || name === 'dark';
  const stored = () => {
    try {
      return localStorage.getItem(key);
    } catch {
      return null;
    }
  };
  const chosen = isTheme(asked) ? asked : stored();
  if (isTheme(chosen)) page.dataset.theme = chosen;
  addEventListener('DOMContentLoaded', () => {
    const button = document.getElementById('theme');
    const current = () => page.dataset.theme ?? (matchMedia('(prefers-color-scheme: dark)').matches ? 'dark' : 'light');
    const other = () => (current() === 'dark' ? 'light' : 'dark');
    const name = () => button.setAttribute('aria-label', `Switch to the ${other()} theme`);
    name();
    button.addEventListener('click', () => {
      page.dataset.theme = other();
      name();
      try {
        localStorage.setItem(key, page.dataset.theme);
      } catch {
        // A frame without storage keeps its theme for as long as it is open.
      }
    });
  });
})();
