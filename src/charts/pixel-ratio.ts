import { createSubscriber } from 'svelte/reactivity';

/** Device pixels per CSS pixel, followed when a window moves to another screen or is zoomed. 1 where there is no screen. */
export class PixelRatio {
  readonly #subscribe = createSubscriber((update) => {
    if (typeof matchMedia !== 'function') return;
    let media: MediaQueryList;
    const changed = () => {
      media.removeEventListener('change', changed);
      listen();
      update();
    };
    const listen = () => {
      // A query for the present ratio fires when it stops to hold, so it is asked anew each time.
      media = matchMedia(`(resolution: ${devicePixelRatio}dppx)`);
      media.addEventListener('change', changed);
    };
    listen();
    return () => media.removeEventListener('change', changed);
  });

  get current(): number {
    this.#subscribe();
    return typeof devicePixelRatio === 'number' ? devicePixelRatio : 1;
  }
}
