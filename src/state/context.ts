/** The lab of a page, an embed or a lesson, handed down by context: several may share a page. */
import { createContext } from 'svelte';
import type { Lab } from './lab.svelte';

export const [getLab, setLab] = createContext<Lab>();
