/** Every measure: for tests, the command line, and on the page where constructions are asked, which loads them as one. */
import type { MeasurePlugin } from './contracts/measure';

const files = import.meta.glob('./measures/*.ts', { eager: true, import: 'default' }) as Record<string, MeasurePlugin>;

/** Measures by id; throws when a file's stem is not its measure's id. */
export function allMeasures(): ReadonlyMap<string, MeasurePlugin> {
  const measures = new Map<string, MeasurePlugin>();
  for (const [path, plugin] of Object.entries(files)) {
    const stem = path.replace(/^.*\//, '').replace(/\.ts$/, '');
    if (plugin.id !== stem) throw new Error(`${path} declares the id "${plugin.id}"; a measure's file is named after its id.`);
    measures.set(plugin.id, plugin);
  }
  return measures;
}
