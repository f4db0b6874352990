/**
 * The gallery's cards, computed from the presets that ship: every picture shows a batch of the preset, rolled out and priced
 * by the code that the lab runs. Called at build time, in Node.
 */
import { advantageRange } from '../../charts/geometry/advantage-range';
import { barsPicture, chainCard, groupsPicture, pricesPicture, scatterPicture, treePicture, type CardBatch, type PricedRow } from '../../charts/geometry/card-pictures';
import { pointsCard } from '../../charts/geometry/card-points';
import { cardsCard, fieldCard, gridCard, hillCard, trackCard, type Way } from '../../charts/geometry/card-scenes';
import { count } from '../../charts/geometry/number-format';
import { Workspace } from '../../core/batch/workspace';
import type { Picture } from '../../core/contracts/scenario';
import { resolveSpec } from '../../core/experiment/resolve';
import type { ExperimentSpec, Preset } from '../../core/experiment/spec';
import type { CardPicture } from '../../core/experiment/topics';
import type { PluginSet } from '../../core/plugin-set';
import { mostTellingStep } from '../../state/most-telling-step';
import { presetLink } from '../../state/preset-cards';
import { priceScheme, type PricedScheme } from '../../state/priced-scheme';
import { makeScene, STARTING_POLICY, type Scene, type TableScene } from '../../state/scene';
import { rowOf, selectedTrajectory } from '../../state/selected-step';
import type { StepRef } from '../../state/selection.svelte';
import { slotOf, successOutcome } from '../scheme-words';
import type { GalleryEntry } from './gallery-entry';

interface Shown {
  readonly scene: Scene;
  readonly schemes: readonly (PricedScheme | null)[];
  readonly at: StepRef;
  /** The scheme whose prices colour the picture. */
  readonly followed: number;
}

/** One card of a preset. */
export async function presetEntry(preset: Preset, plugins: PluginSet): Promise<GalleryEntry> {
  const shown = show(preset.spec, plugins);
  return {
    kind: 'experiment',
    id: preset.id,
    question: preset.question,
    title: preset.spec.title,
    size: `${sizeOf(shown.scene)}${preset.engine ? ', made for WebGPU' : ''}`,
    topics: preset.card?.topics ?? [],
    schemes: preset.spec.schemes.map(({ name }) => name),
    address: `lab/${await presetLink(preset.spec)}`,
    picture: pictureOf(shown, preset.card?.picture ?? 'prices', preset.card?.field),
  };
}

/** One trajectory of a preset's batch under the exact advantage and the named schemes: the picture of a lesson. */
export function comparison(preset: Preset, names: readonly string[], plugins: PluginSet): string {
  const all = [...preset.spec.schemes, ...preset.library];
  const schemes = names.flatMap((name) => all.filter((scheme) => scheme.name === name));
  return pictureOf(show({ ...preset.spec, schemes, view: { ...preset.spec.view, scheme: schemes.length - 1 } }, plugins), 'prices');
}

function sizeOf({ table, batch }: Scene): string {
  const steps = table?.horizon ?? batch.maxLen;
  return `${table ? `${count(table.S)} states` : 'points'}, ${count(steps)} ${steps === 1 ? 'step' : 'steps'}`;
}

function show(spec: ExperimentSpec, plugins: PluginSet): Shown {
  const resolved = resolveSpec(spec, plugins);
  const scene = makeScene(resolved, STARTING_POLICY);
  const direction = new Float64Array(scene.gradient.length);
  const schemes = resolved.schemes.map((compiled, k) => {
    if (!compiled) return null;
    try {
      return priceScheme(scene, compiled, k, new Workspace(), direction);
    } catch {
      // A reward that has to be learned first has no prices here; the picture shows the others.
      return null;
    }
  });
  const followed = schemes[spec.view.scheme] ? spec.view.scheme : schemes.findIndex((scheme) => scheme !== null);
  const at = mostTellingStep(scene, schemes, Math.max(0, followed)) ?? { trajectory: 0, step: 0 };
  return { scene, schemes, at, followed };
}

function pictureOf({ scene, schemes, at, followed }: Shown, kind: CardPicture, field?: string): string {
  const { batch, exact } = scene;
  const cells: CardBatch = {
    nTraj: batch.nTraj,
    maxLen: batch.maxLen,
    length: batch.length,
    group: batch.group.id,
    outcome: scene.outcome,
    action: scene.table ? (batch.column('action', 'step-id') as Int32Array) : [],
  };
  const row = (series: string, advantage: Float64Array): PricedRow => ({ series, advantage, range: advantageRange(advantage, batch.length, batch.maxLen) });
  const truth = row('x', exact);
  const prices = schemes.flatMap((scheme, k) => (scheme ? [row(slotOf(k).toLowerCase(), scheme.priced.advantage)] : []));
  const coloured = schemes[followed] ? row('', schemes[followed].priced.advantage) : truth;
  if (scene.table === null) {
    if (kind === 'scene') return pointsCard(scene.world.picture(scene.logits), scene.batch.play, at.trajectory, coloured);
    return kind === 'groups' ? groupsPicture(cells, coloured) : pricesPicture(cells, at.trajectory, [truth, ...prices]);
  }
  const picture = scene.scenario.picture(scene.scenarioParams as never);
  switch (kind) {
    case 'groups':
      return groupsPicture(cells, coloured);
    case 'bars':
      return barsPicture(cells, coloured, successOutcome(scene.outcome), field === undefined ? batch.length : totals(scene, field));
    case 'scatter':
      if (field !== undefined) return scatterPicture(scene.outcome, totals(scene, field), cells, coloured);
      break;
    case 'tree':
      return treePicture(cells, coloured);
    case 'field':
      if (picture.kind === 'grid' && field !== undefined) return fieldCard(picture, shadeOf(scene, picture, field));
      break;
    case 'chain':
      if (picture.kind === 'chain') return chainCard(cells, at.trajectory, schemes[followed] ? [truth, { ...coloured, series: slotOf(followed).toLowerCase() }] : [truth], picture);
      break;
    case 'scene': {
      const way = wayOf(scene, at, coloured);
      if (picture.kind === 'grid') return gridCard(picture, way);
      if (picture.kind === 'hill') return hillCard(picture, way);
      if (picture.kind === 'cards') return cardsCard(picture, longest(scene, 3).map((trajectory) => ({ ...wayOf(scene, { trajectory, step: 0 }, coloured), action: selectedTrajectory(scene, { trajectory, step: 0 })!.action })));
      if (picture.kind === 'track') return trackCard(picture, way);
      break;
    }
    case 'prices':
      break;
    default:
      kind satisfies never;
  }
  return pricesPicture(cells, at.trajectory, [truth, ...prices]);
}

function wayOf(scene: TableScene, at: StepRef, { advantage, range }: PricedRow): Way {
  const selected = selectedTrajectory(scene, at);
  if (!selected) throw new Error(`Trajectory ${at.trajectory} of this batch has no steps to draw.`);
  const { state, length } = selected;
  return { state, advantage: rowOf(advantage, scene, at.trajectory), range, step: length - 1 };
}

/** The trajectories of the most steps, the first among equals. */
function longest({ batch }: TableScene, count: number): number[] {
  return Array.from({ length: batch.nTraj }, (_, i) => i)
    .sort((a, b) => batch.length[b]! - batch.length[a]! || a - b)
    .slice(0, count);
}

/** Sum of a signal or metric over every trajectory. */
function totals({ batch }: Scene, name: string): Float64Array {
  const column = batch.column(name, 'step');
  if (typeof column === 'string') throw new Error(column);
  const cells = column as Float64Array;
  return Float64Array.from({ length: batch.nTraj }, (_, i) => cells.subarray(i * batch.maxLen, i * batch.maxLen + batch.length[i]!).reduce((sum, x) => sum + x, 0));
}

/** A state table by cell: the first state that stands there. */
function shadeOf({ table }: TableScene, { cellOf, columns, rows }: Extract<Picture, { kind: 'grid' }>, field: string): Float64Array {
  const values = table.stateTables[field];
  if (!values) throw new Error(`This scenario has no state table "${field}" to shade a card with; it has ${Object.keys(table.stateTables).join(', ')}.`);
  const shade = new Float64Array(columns * rows).fill(Number.NaN);
  cellOf.forEach((cell, state) => {
    if (cell >= 0 && Number.isNaN(shade[cell])) shade[cell] = values[state]!;
  });
  return shade;
}
