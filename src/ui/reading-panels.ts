/** The panels around the heatmaps, one chunk: fetched while the heatmaps are already being drawn. */
export { default as CurvesPanel } from './CurvesPanel.svelte';
export { default as LanesPanel } from './LanesPanel.svelte';
export { default as NumberPanel } from './NumberPanel.svelte';
export { default as SignalOrDiverged } from './SignalOrDiverged.svelte';
export { default as TrajectoryPanel } from './TrajectoryPanel.svelte';
