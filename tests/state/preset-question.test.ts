import { expect, test } from 'vitest';
import { loadPreset } from '../../src/core/experiment/presets';
import { presetQuestion } from '../../src/state/open-experiment';

test('an experiment asks the question of the preset it begins from, not that of its scenario', async () => {
  const preset = (await loadPreset('process-model'))!;
  expect(await presetQuestion(preset.spec)).toBe(preset.question);
  const scenario = (await loadPreset('math-steps'))!;
  expect(preset.spec.scenario.id).toBe(scenario.spec.scenario.id);
  expect(await presetQuestion(scenario.spec)).not.toBe(preset.question);
  expect(await presetQuestion({ base: 'gone@1' })).toBeUndefined();
});
