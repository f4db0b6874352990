/**
 * Every card of the gallery, in order: what the build writes into the home page. Runs in Node, and when it is imported,
 * because the build's module runner is closed as soon as a module has been read.
 */
import { allPlugins } from '../core/all-plugins';
import { loadPreset, presetIds } from '../core/experiment/presets';
import type { Topic as Tab } from '../core/experiment/topics';
import { lessons, type Topic } from '../lessons';
import type { GalleryEntry } from '../ui/gallery/gallery-entry';
import { comparison, presetEntry } from '../ui/gallery/record-cards';

const tabOf: Readonly<Record<Topic, Tab>> = { Reward: 'reward', Process: 'process', Advantage: 'estimator', Verifier: 'verifier' };

async function recordGallery(): Promise<GalleryEntry[]> {
  const plugins = allPlugins();
  const presets = (await Promise.all(presetIds().map(loadPreset))).flatMap((preset) => (preset ? [preset] : []));
  const experiments = await Promise.all(presets.map((preset) => presetEntry(preset, plugins)));
  const taught = lessons.flatMap((lesson, k): GalleryEntry[] => {
    const preset = presets.find(({ id }) => id === lesson.preset);
    if (!preset) return [];
    return [
      {
        kind: 'lesson',
        id: lesson.id,
        question: lesson.question,
        title: `Lesson ${k + 1}: ${lesson.title}`,
        size: `${lesson.minutes} minutes`,
        topics: k < 2 ? ['start', tabOf[lesson.topic]] : [tabOf[lesson.topic]],
        schemes: lesson.schemes,
        address: `lesson/${lesson.id}/`,
        picture: comparison(preset, lesson.schemes, plugins),
      },
    ];
  });
  return [...experiments, ...taught];
}

export const entries: readonly GalleryEntry[] = await recordGallery();
