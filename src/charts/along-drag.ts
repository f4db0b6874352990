/** Tells a finger that drags along a chart from one that scrolls the page. */
export class AlongDrag {
  #start: { x: number; y: number } | undefined;
  #along = false;

  start(event: PointerEvent): void {
    this.#start = { x: event.clientX, y: event.clientY };
    this.#along = false;
  }

  /** True once the finger has moved mostly sideways; it stays so until the end. */
  isAlong(event: PointerEvent): boolean {
    if (!this.#start) return false;
    const [dx, dy] = [Math.abs(event.clientX - this.#start.x), Math.abs(event.clientY - this.#start.y)];
    this.#along ||= dx > 6 && dx > dy;
    return this.#along;
  }

  end(): void {
    this.#start = undefined;
  }
}
