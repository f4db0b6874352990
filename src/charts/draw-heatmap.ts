import { paintCells, type HeatmapCells, type HeatmapSurface } from './geometry/heatmap-cells';

/** Draws a heatmap, synchronously, in the call that a slider's input handler makes. */
export function drawHeatmap(context: CanvasRenderingContext2D, surface: HeatmapSurface, cells: HeatmapCells): void {
  paintCells(surface, cells);
  const { pixelWidth, pixelHeight } = surface.layout;
  const bytes = new Uint8ClampedArray(surface.pixels.buffer);
  context.putImageData(new ImageData(bytes, pixelWidth, pixelHeight), 0, 0);
}
