/** What happened to the selected trajectory and what its selected step did, in words. */
import type { Scene, TableScene } from '../state/scene';
import { objectiveAround, type SelectedTrajectory } from '../state/selected-step';
import { successOutcome } from './scheme-words';

/** `finished, 3 checkpoints` */
export function endingOf(scene: Scene, here: SelectedTrajectory): string {
  if (scene.table === null) {
    const unit = scene.scenario.metrics[scene.truth]?.title.toLowerCase() ?? scene.truth;
    return here.length === 1 ? (here.outcome > 0 ? unit : `no ${unit}`) : `${unit} ${here.outcome.toFixed(2)}`;
  }
  const how = !here.terminated ? 'ran out of time' : here.outcome >= successOutcome(scene.outcome) - 1e-9 ? 'finished' : here.outcome > 0 ? `ended with ${here.outcome.toFixed(1)}` : 'failed';
  const counts = Object.entries(scene.scenario.metrics)
    .filter(([name, metric]) => name !== scene.truth && name !== 'length' && metric.unit === 'count' && Object.hasOwn(scene.table.metrics, name))
    .map(([name, metric]) => `${total(scene, here, name)} ${metric.title.toLowerCase()}`);
  return [how, ...counts.slice(0, 1)].join(', ');
}

/** What the step did, and what became of the true objective. */
export function stepFact(scene: Scene, here: SelectedTrajectory): string {
  const { before, after, paid } = objectiveAround(scene, here.trajectory, here.step);
  const truth = scene.scenario.metrics[scene.truth];
  const say = (x: number) => (truth?.unit === 'share' ? `${(100 * x).toFixed(x > 0 && x < 0.095 ? 1 : 0)}%` : x.toFixed(2).replace('-', '−'));
  if (scene.table === null) {
    const fact = scene.world.describeStep(scene.batch.play, here.trajectory, here.step);
    return `${fact} The exact expectation of “${truth?.title.toLowerCase() ?? scene.truth}” goes from ${say(before)} to ${say(after + paid)}.`;
  }
  const { scenario } = scene;
  const action = scenario.actionNames[here.action[here.step]!] ?? 'acts';
  const from = scenario.describeState(here.state[here.step]!, scene.scenarioParams as never);
  const to = scenario.describeState(here.state[here.step + 1]!, scene.scenarioParams as never);
  const what = truth?.unit === 'share' ? `chance of “${truth.title.toLowerCase()}”` : `expected “${truth?.title.toLowerCase() ?? scene.truth}”`;
  const place = from === to ? `stays at ${to}` : `leads to ${to}`;
  return `${action.charAt(0).toUpperCase()}${action.slice(1)} ${place}. The ${what} goes from ${say(before)} to ${say(after + paid)}.`;
}

function total(scene: TableScene, here: SelectedTrajectory, metric: string): string {
  const values = scene.table.metrics[metric]!;
  let sum = 0;
  for (let t = 0; t < here.length; t++) sum += values[scene.batch.row[here.trajectory * scene.batch.maxLen + t]!]!;
  return String(Number(sum.toFixed(2)));
}
