import workerUrl from './session.worker.ts?worker&url';
import type { Command, Event, Open, Opened } from './protocol';

/** Commands down; events come up through the listener that `connect` was given. */
export interface TrainingLink {
  post(command: Command): void;
  close(): void;
  /** Where training runs, and why it is not the worker if it is not. */
  readonly place: { readonly kind: 'worker' } | { readonly kind: 'page'; readonly reason: string };
}

/** A session on this thread: the module `session-host`, loaded only when no worker starts. */
export interface SessionHost {
  hostSession(
    root: string,
    sliceMilliseconds: number,
    emit: (event: Event, transfer: ArrayBuffer[]) => void,
  ): { handle(command: Command): void; dispose(): void };
}

export interface ConnectOptions {
  /** The site's root as a URL that ends in a slash. */
  readonly root: string;
  /** Starts the worker; throws where that is forbidden. */
  readonly startWorker?: () => Worker;
  /** Loads the session for this thread; without it a page that may start no worker cannot train. */
  readonly loadSession?: () => Promise<SessionHost>;
  /** Calls back before the next paint. */
  readonly nextFrame?: (callback: () => void) => void;
}

/** On the page's own thread a slice must leave room for input and painting. */
const PAGE_SLICE_MILLISECONDS = 6;

/** Measures of the User Timing buffer are dropped after so many frames, so that a long run's memory stays flat. */
const MEASURES_KEPT = 512;

/**
 * Opens the training side: the worker, or where none can start, the same session on this thread in small
 * slices. Frames are handed to `listener` once per animation frame and everything else in order behind them, so
 * a listener that acknowledges at once holds training's messages to the display's rate.
 * When the worker dies later, a `failed` event says so. Rejects when neither worker nor session starts.
 */
export async function connect(listener: (event: Event) => void, options: ConnectOptions): Promise<TrainingLink> {
  const inbox = new Inbox(listener, options.nextFrame);
  try {
    return await openWorker(inbox, options);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    if (!options.loadSession) throw new Error(`Training needs a worker, and none starts here: ${reason}`);
    const host = await options.loadSession();
    const session = host.hostSession(options.root, PAGE_SLICE_MILLISECONDS, (event) => inbox.receive(event));
    return {
      place: { kind: 'page', reason },
      post: (command) => session.handle(command),
      close: () => {
        inbox.close();
        session.dispose();
      },
    };
  }
}

function openWorker(inbox: Inbox, { root, startWorker = defaultWorker }: ConnectOptions): Promise<TrainingLink> {
  const worker = startWorker();
  let runId = 0;
  const link: TrainingLink = {
    place: { kind: 'worker' },
    post(command) {
      if (command.type === 'configure') runId = command.runId;
      worker.postMessage(command);
    },
    close() {
      inbox.close();
      worker.terminate();
    },
  };
  return new Promise((resolve, reject) => {
    let isOpen = false;
    worker.onmessage = ({ data }: MessageEvent<Event | Opened>) => {
      if (data.type !== 'opened') return inbox.receive(data);
      isOpen = true;
      resolve(link);
    };
    worker.onerror = (event) => {
      const reason = event.message || 'its file could not be loaded.';
      worker.terminate();
      if (!isOpen) return reject(new Error(reason));
      const message = `The training worker stopped: ${reason} Reset starts it again from the first iteration.`;
      inbox.receive({ type: 'failed', runId, code: 'internal', message });
    };
    worker.postMessage({ type: 'open', root } satisfies Open);
  });
}

const defaultWorker = () => new Worker(workerUrl, { type: 'module', name: 'training' });

/** Holds frames until the next paint, and what came after them too. */
class Inbox {
  #waiting: Event[] = [];
  #isClosed = false;
  #frames = 0;
  readonly #listener: (event: Event) => void;
  readonly #nextFrame: (callback: () => void) => void;

  constructor(listener: (event: Event) => void, nextFrame: ConnectOptions['nextFrame'] = (callback) => void requestAnimationFrame(callback)) {
    this.#listener = listener;
    this.#nextFrame = nextFrame;
  }

  receive(event: Event): void {
    if (this.#waiting.length === 0 && event.type !== 'frame') {
      this.#deliver(event);
      return;
    }
    this.#waiting.push(event);
    if (this.#waiting.length === 1) this.#nextFrame(() => this.#deliverWaiting());
  }

  close(): void {
    this.#isClosed = true;
  }

  #deliverWaiting(): void {
    const events = this.#waiting;
    this.#waiting = [];
    for (const event of events) this.#deliver(event);
  }

  #deliver(event: Event): void {
    if (this.#isClosed) return;
    if (event.type === 'frame') {
      const end = performance.now();
      performance.measure('iteration', { start: Math.max(0, end - event.iterationMilliseconds), end, detail: { from: event.from, to: event.to } });
      if (++this.#frames % MEASURES_KEPT === 0) for (const name of ['iteration', 'frame']) performance.clearMeasures(name);
    }
    this.#listener(event);
  }
}
