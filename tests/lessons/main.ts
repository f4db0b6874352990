/** `npm run lessons`: measures every lesson again with 20 seeds and writes what its page prints; names as arguments do those alone. */
import { mkdirSync, renameSync, writeFileSync } from 'node:fs';
import { lessons } from '../../src/lessons/index';
import { loadLesson } from '../../src/lessons/load';
import { record } from './measure';

const SEEDS = 20;
const names = process.argv.slice(2).filter((name) => !name.startsWith('-'));
mkdirSync('static/lessons', { recursive: true });
for (const card of lessons) {
  if (names.length > 0 && !names.includes(card.id)) continue;
  const lesson = await loadLesson(card.id);
  if (!lesson) {
    process.stderr.write(`${card.id} has no text.\n`);
    continue;
  }
  const began = Date.now();
  const recording = await record(card, lesson, SEEDS);
  const path = `static/lessons/${card.id}.json`;
  writeFileSync(`${path}.part`, `${JSON.stringify(recording)}\n`);
  renameSync(`${path}.part`, path);
  process.stderr.write(`${card.id}: ${((Date.now() - began) / 1000).toFixed(1)} s\n`);
  for (const [arm, { figures }] of Object.entries(recording.arms)) {
    for (const [name, { mean, sd }] of Object.entries(figures)) process.stdout.write(`  ${arm} ${name} ${mean.toPrecision(4)} ± ${sd.toPrecision(2)}\n`);
  }
}
