import type { Command, Event, Open, Opened } from './protocol';
import type { Session } from './session';
import { hostSession } from './session-host';

/** Long enough to keep the core busy, short enough for a pause to be felt at once. */
const SLICE_MILLISECONDS = 12;

const scope = self as unknown as {
  onmessage: ((message: MessageEvent<Open | Command>) => void) | null;
  postMessage(message: Event | Opened, transfer?: Transferable[]): void;
};

let session: Session | undefined;

scope.onmessage = ({ data }) => {
  if (data.type === 'open') {
    session = hostSession(data.root, SLICE_MILLISECONDS, (event, transfer) => scope.postMessage(event, transfer));
    scope.postMessage({ type: 'opened' });
  } else session?.handle(data);
};
