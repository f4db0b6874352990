/** Absolute address of the site's root, ending in a slash: links to other pages are resolved against it. */
import { createContext } from 'svelte';

export const [getSiteRoot, setSiteRoot] = createContext<string>();
