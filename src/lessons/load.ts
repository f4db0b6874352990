import type { Lesson } from './lesson';
import type { Recording } from './recording';

const texts = import.meta.glob('./texts/*.ts', { import: 'default' }) as Record<string, () => Promise<Lesson>>;
const recordings = import.meta.glob('../../static/lessons/*.json', { import: 'default' }) as Record<string, () => Promise<Recording>>;

/** The lesson of that id; undefined where there is none. */
export async function loadLesson(id: string): Promise<Lesson | undefined> {
  return texts[`./texts/${id}.ts`]?.();
}

/** What was recorded for it; undefined where nothing was. */
export async function loadRecording(id: string): Promise<Recording | undefined> {
  return recordings[`../../static/lessons/${id}.json`]?.();
}
