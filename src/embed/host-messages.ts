/**
 * What a frame tells the page around it. Nothing here is a secret, and the host's origin is not known, so the
 * messages go to any origin.
 */

interface Message {
  readonly ns: 'advantage-lab';
  readonly v: 1;
}
export interface ReadyMessage extends Message {
  readonly type: 'ready';
}
export interface ResizeMessage extends Message {
  readonly type: 'resize';
  /** CSS pixels that the embed needs at its present width. */
  readonly height: number;
}

type Post = (message: unknown) => void;

/** Speaks to the host; does nothing where there is none. */
export class Host {
  readonly #post: Post | null;
  readonly #address: () => string;
  #height = 0;

  constructor(own: Window = window) {
    this.#post = own.parent === own ? null : (message) => own.parent.postMessage(message, '*');
    this.#address = () => own.location.href;
  }

  get isFramed(): boolean {
    return this.#post !== null;
  }

  ready(): void {
    this.#post?.({ ns: 'advantage-lab', v: 1, type: 'ready' } satisfies ReadyMessage);
  }

  /** Says how tall the embed is, in our words and in those of Embedly, which other hosts read too. */
  resize(height: number): void {
    const whole = Math.ceil(height);
    if (whole === this.#height) return;
    this.#height = whole;
    this.#post?.({ ns: 'advantage-lab', v: 1, type: 'resize', height: whole } satisfies ResizeMessage);
    this.#post?.(JSON.stringify({ context: 'iframe.resize', src: this.#address(), height: whole }));
  }
}
