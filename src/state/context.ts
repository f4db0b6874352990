/** The lab of a page, an embed or a lesson, handed down by context: several may share a page. */
import { createContext } from 'svelte';
import type { Lab, PresetCard } from './lab.svelte';

export type { PresetCard };

export const [getLab, setLab] = createContext<Lab>();
