/**
 * What charts need of a browser and jsdom lacks: sizes (every element is 240 × 160), an observer of
 * them, and a canvas that says it cannot draw instead of printing an error. Import it first.
 */
class QuietResizeObserver implements ResizeObserver {
  observe(): void {}
  unobserve(): void {}
  disconnect(): void {}
}

globalThis.ResizeObserver ??= QuietResizeObserver;
Object.defineProperty(HTMLElement.prototype, 'clientWidth', { configurable: true, get: () => 240 });
Object.defineProperty(HTMLElement.prototype, 'clientHeight', { configurable: true, get: () => 160 });
HTMLCanvasElement.prototype.getContext = () => null;
