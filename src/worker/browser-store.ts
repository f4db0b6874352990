import type { ComparisonStore } from './kept-comparisons';

const DATABASE = 'advantage-lab';
const STORE = 'engine-comparisons';
/** Entries are dropped, the oldest first, beyond this many: every scenario, net and number of learners is one. */
const MOST = 100;

/**
 * IndexedDB, which a worker can reach by itself: what was measured passes through no page, and pages that train on their own thread
 * keep it in the same way. Where it is missing, blocked or full, nothing is read and nothing kept.
 */
export function browserStore(): ComparisonStore {
  return {
    read: (key) => within<unknown>(null, 'readonly', (store) => store.get(key)),
    write: async (key, value) => {
      const isWritten = await within(false, 'readwrite', (store) => store.put(value, key), true);
      if (isWritten) await dropOldest();
      return isWritten;
    },
    remove: async (key) => void (await within(null, 'readwrite', (store) => store.delete(key))),
  };
}

/** The result of one request in a transaction of its own, or `done` once that has been written; `failed` where anything goes wrong. */
async function within<T>(failed: T, mode: IDBTransactionMode, ask: (store: IDBObjectStore) => IDBRequest, done?: T): Promise<T> {
  try {
    const database = await open();
    try {
      return await new Promise<T>((resolve, reject) => {
        const transaction = database.transaction(STORE, mode);
        const request = ask(transaction.objectStore(STORE));
        transaction.oncomplete = () => resolve(done ?? (request.result as T));
        transaction.onabort = transaction.onerror = () => reject(transaction.error ?? new Error('The transaction was given up.'));
      });
    } finally {
      database.close();
    }
  } catch {
    return failed;
  }
}

/** Keys are numbers of milliseconds and the work, the value's own: the oldest are those that were measured first. */
async function dropOldest(): Promise<void> {
  const keys = (await within<IDBValidKey[] | null>(null, 'readonly', (store) => store.getAllKeys())) ?? [];
  if (keys.length <= MOST) return;
  const values = (await within<{ at?: number }[] | null>(null, 'readonly', (store) => store.getAll())) ?? [];
  const oldest = keys.map((key, k) => ({ key, at: values[k]?.at ?? 0 })).sort((a, b) => a.at - b.at);
  for (const { key } of oldest.slice(0, keys.length - MOST)) await within(null, 'readwrite', (store) => store.delete(key));
}

function open(): Promise<IDBDatabase> {
  return new Promise((resolve, reject) => {
    const request = indexedDB.open(DATABASE, 1);
    request.onupgradeneeded = () => request.result.createObjectStore(STORE);
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error ?? new Error('The database did not open.'));
    request.onblocked = () => reject(new Error('Another tab keeps the database from being opened.'));
  });
}
