/** How a frame trains: in a worker from a `data:` address, the one kind that starts in every frame, else on its own thread. */
import workerUrl from '../worker/session.worker.ts?worker&url';

export const training = {
  startWorker: () => new Worker(workerUrl, { name: 'training' }),
  loadSession: () => import('../worker/session-host'),
};
