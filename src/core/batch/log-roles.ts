/** What the columns of a log mean: a role for each, guessed from its name and first cells, with the reason said. */
import type { Needs } from '../contracts/columns';
import type { Parameters } from '../contracts/parameters';
import type { LogTable } from './log-table';

/**
 * | role | cell | becomes |
 * |---|---|---|
 * | group | number or text; several columns are joined | `group` |
 * | trajectory | number or text | rows with the same one are the steps of one trajectory |
 * | step | whole number | the order of those rows |
 * | reward | number; several columns are several rewards | added on the last step, `rewardDims` |
 * | stepReward | list of numbers, or a number per row of steps | `rewards` |
 * | rewardDims | object of numbers | `rewardDims` as they are |
 * | outcome | number | `outcome` |
 * | terminated, truncated | true or false, 1 or 0, "stop" or "length" | `terminated` |
 * | value | list of T or T + 1 numbers | `values` |
 * | logProbs, oldLogProbs, refLogProbs | list of numbers | the same |
 * | state, action | list of whole numbers or texts | `states`, `actions` |
 * | tokens | number | `extra.tokenCount` |
 * | advantage | number or list | what the training library computed, to compare with |
 * | completion, prompt | text or messages | shown beside the step |
 * | extra | anything | a column under its own name |
 * | ignore | – | not read |
 */
export const LOG_ROLES = [
  'group', 'trajectory', 'step', 'reward', 'stepReward', 'rewardDims', 'outcome', 'terminated', 'truncated', 'value',
  'logProbs', 'oldLogProbs', 'refLogProbs', 'state', 'action', 'tokens', 'advantage', 'completion', 'prompt', 'extra', 'ignore',
] as const;
export type LogRole = (typeof LOG_ROLES)[number];

/** Roles that one column can have at most. */
export const SINGLE_ROLES: readonly LogRole[] = LOG_ROLES.filter((role) => !['group', 'reward', 'extra', 'ignore'].includes(role));

export interface RoleGuess {
  readonly column: string;
  readonly role: LogRole;
  /** One sentence. */
  readonly because: string;
}

/** A role, or the name under which plug-ins read the column: `as:attention`. */
export type ColumnRole = LogRole | `as:${string}`;

/** Role by column. */
export type Roles = Readonly<Record<string, ColumnRole>>;

type Kind = 'number' | 'numbers' | 'list' | 'object' | 'text' | 'truth' | 'nothing';

const SAMPLED = 40;

/** Names by role, tried in this order; `as` are the kinds of cells that fit. */
const RULES: readonly { readonly role: LogRole; readonly name: RegExp; readonly as: readonly Kind[] }[] = [
  { role: 'refLogProbs', name: /^ref(erence)?_(per_token_)?log_?p/, as: ['numbers', 'number'] },
  { role: 'oldLogProbs', name: /^(old|behaviou?r|rollout|sampling|inference|generation)_(per_token_)?log_?p/, as: ['numbers', 'number'] },
  { role: 'logProbs', name: /^(policy_|actor_|per_token_|token_|completion_|response_)?log_?p(rob)?s?$|^action_log_?probs?$/, as: ['numbers', 'number'] },
  { role: 'advantage', name: /^advantages?(\.|$)|^adv$|_advantages?$/, as: ['number', 'numbers'] },
  { role: 'value', name: /^(critic_|state_|token_)?values?$|^v$|^vf_preds?$|^value_preds?$/, as: ['numbers', 'number'] },
  { role: 'stepReward', name: /^(rewards?|step_rewards?|process_rewards?|token_(level_)?(rewards?|scores?)|turn_rewards?|prm_(scores?|rewards?)|step_scores?)$/, as: ['numbers'] },
  { role: 'rewardDims', name: /^(reward_dims|rewards?|reward_components|scores?)$/, as: ['object'] },
  { role: 'truncated', name: /^(is_)?(truncated|clipped|timed_?out|overlong|response_clipped)$/, as: ['truth', 'number', 'text'] },
  { role: 'terminated', name: /^(is_)?(terminated|done|finished|ended|eos|has_eos|finish_reason|stop_reason)$/, as: ['truth', 'number', 'text'] },
  { role: 'outcome', name: /^(outcome|is_correct|correct|success|succeeded|solved|passed|pass|acc|accuracy|final_outcome|true_reward)$/, as: ['number', 'truth'] },
  { role: 'trajectory', name: /^(traj(ectory)?|episode|rollout)$/, as: ['number'] },
  { role: 'trajectory', name: /^(traj(ectory)?|episode|rollout|sample|completion|response|sequence)_?(id|index|idx|number|uid|uuid)$/, as: ['number', 'text'] },
  { role: 'step', name: /^(t|step|timestep|time_step|turn|step_(id|index|idx)|token_(index|idx))$/, as: ['number'] },
  { role: 'tokens', name: /^(num_|n_)?(tokens?(_count)?|(completion|response|output)_(length|len|tokens))$|^token_?count$/, as: ['number'] },
  { role: 'reward', name: /(^|[_./])(rewards?|scores?)($|[_./])/, as: ['number', 'truth'] },
  { role: 'group', name: /^(group|prompt|question|problem|task|query|instance|data)?_?(id|idx|index|uid|uuid)$|^group$|^qid$|^gid$/, as: ['number', 'text', 'truth'] },
  { role: 'completion', name: /^(completions?|responses?|outputs?|generations?|generated(_text)?|answer_text|text|solution)$/, as: ['text', 'number', 'truth', 'list', 'object'] },
  { role: 'prompt', name: /^(prompts?|questions?|problem|query|inputs?|instruction|task)$/, as: ['text', 'number', 'list', 'object'] },
  { role: 'state', name: /^(states?|obs|observations?|state_ids?)$/, as: ['numbers', 'list', 'number', 'text'] },
  { role: 'action', name: /^(actions?|action_ids?|token_ids|completion_ids|response_ids)$/, as: ['numbers', 'list', 'number', 'text'] },
];

const KIND_WORDS: Readonly<Record<Kind, string>> = {
  number: 'a number per row', numbers: 'a list of numbers per row', list: 'a list per row', object: 'an object per row',
  text: 'a text per row', truth: 'true or false per row', nothing: 'nothing',
};

/**
 * Guesses every column's role. `known` are the columns that some estimator or reward reads under their own names, so
 * that `greedy_reward` is what ReMax wants and not a second reward.
 */
export function guessRoles({ columns, rows }: Pick<LogTable, 'columns' | 'rows'>, known: Iterable<string> = []): RoleGuess[] {
  const wanted = new Set(known);
  const kinds = new Map(columns.map((column) => [column, kindOf(firstCells(rows, column))]));
  const guesses = columns.map((column): RoleGuess => {
    const kind = kinds.get(column)!;
    const name = plainName(column);
    if (['extra', 'signals'].includes(column) && kind === 'object') return { column, role: 'extra', because: 'Its entries are columns of their own.' };
    if (kind === 'nothing') return { column, role: 'ignore', because: 'It is empty in every row.' };
    const rule = RULES.find((each) => each.as.includes(kind) && each.name.test(name));
    const own = columnName(column);
    if (own !== 'reward' && wanted.has(own) && (!rule || rule.role === 'reward')) {
      return { column, role: 'extra', because: `Some estimators read a column called “${own}”.` };
    }
    if (rule) return { column, role: rule.role, because: `Its name, and ${KIND_WORDS[kind]}.` };
    if (kind === 'number' || kind === 'numbers' || kind === 'truth') return { column, role: 'extra', because: `Its name says nothing known; it holds ${KIND_WORDS[kind]}.` };
    return { column, role: 'ignore', because: `Its name says nothing known; it holds ${KIND_WORDS[kind]}.` };
  });
  return settle(guesses, kinds);
}

/** Names under which plug-ins read columns: those they need, and the signals that their parameters name. */
export function readNames(plugins: Iterable<{ readonly needs: Needs; readonly params: Parameters }>): Set<string> {
  const names = new Set<string>();
  for (const { needs, params } of plugins) {
    for (const name of Object.keys(needs)) names.add(name);
    for (const parameter of Object.values(params)) if (parameter.kind === 'signal' && parameter.default !== '') names.add(parameter.default);
  }
  return names;
}

/** Roles by column. */
export function rolesOf(guesses: readonly RoleGuess[]): Record<string, LogRole> {
  return Object.fromEntries(guesses.map(({ column, role }) => [column, role]));
}

/** What the columns say together: a row per step or per trajectory, the training step, one column per single role. */
function settle(guesses: readonly RoleGuess[], kinds: ReadonlyMap<string, Kind>): RoleGuess[] {
  const has = (role: LogRole, from: readonly RoleGuess[]) => from.some((guess) => guess.role === role);
  const perStep = has('trajectory', guesses) && has('step', guesses);
  let list = guesses.map((guess): RoleGuess => {
    if (guess.role === 'step' && !perStep) {
      return { ...guess, role: 'group', because: 'No column numbers the trajectories, so this is the training step: prompts of different steps are different groups.' };
    }
    if (guess.role === 'trajectory' && !perStep) return { ...guess, role: 'ignore', because: 'Every row is a trajectory of its own.' };
    return guess;
  });
  if (!perStep) {
    list = list.map((guess) =>
      ['value', 'state', 'action', 'logProbs', 'oldLogProbs', 'refLogProbs'].includes(guess.role) && !['numbers', 'list'].includes(kinds.get(guess.column)!)
        ? { ...guess, role: kinds.get(guess.column) === 'number' ? 'extra' : 'ignore', because: 'One entry per trajectory is not one per step.' }
        : guess,
    );
  }
  const named = list.filter((guess) => guess.role === 'group');
  if (!named.some(({ column }) => !['step', 'global_step', 't'].includes(plainName(column))) && has('prompt', list)) {
    list = list.map((guess) => (guess.role === 'prompt' && kinds.get(guess.column) !== 'object' ? { ...guess, role: 'group' as const, because: 'Rows with the same prompt are compared with each other.' } : guess));
  }
  const dotted = list.filter(({ column, role }) => role === 'reward' && /^reward\./.test(column));
  const taken = new Set<LogRole>();
  return list.map((guess): RoleGuess => {
    if (dotted.length > 1 && dotted.includes(guess) && guess !== dotted[0]) {
      return { ...guess, role: 'ignore', because: `Another scheme’s reward; “${dotted[0].column}” is read.` };
    }
    if (!perStep && has('rewardDims', list) && guess.role === 'reward') return { ...guess, role: 'ignore', because: 'The rewards are read from their parts.' };
    if (!SINGLE_ROLES.includes(guess.role)) return guess;
    if (taken.has(guess.role)) return { ...guess, role: 'ignore', because: `Another column is read as ${guess.role} already.` };
    taken.add(guess.role);
    return guess;
  });
}

/** `rewards/Accuracy Reward` → `rewards/accuracy_reward`, `isCorrect` → `is_correct`. */
function plainName(column: string): string {
  return column.trim().replace(/([a-z0-9])([A-Z])/g, '$1_$2').toLowerCase().replace(/[\s-]+/g, '_');
}

/** The name under which plug-ins look for a column: `greedy_reward` → `greedyReward`. */
export function columnName(column: string): string {
  return column.trim().replace(/[\s_./-]+([a-zA-Z0-9])/g, (_, letter: string) => letter.toUpperCase());
}

/** The first cells of a column that hold something: a reward may not apply to any of the first rows. */
function firstCells(rows: LogTable['rows'], column: string): unknown[] {
  const found: unknown[] = [];
  for (const { cells } of rows) {
    if (kindOfCell(cells[column]) === 'nothing') continue;
    found.push(cells[column]);
    if (found.length === SAMPLED) break;
  }
  return found;
}

function kindOf(cells: readonly unknown[]): Kind {
  const count = new Map<Kind, number>();
  for (const cell of cells) {
    const kind = kindOfCell(cell);
    if (kind !== 'nothing') count.set(kind, (count.get(kind) ?? 0) + 1);
  }
  return [...count].sort((a, b) => b[1] - a[1])[0]?.[0] ?? 'nothing';
}

function kindOfCell(cell: unknown): Kind {
  if (cell === undefined || cell === null || cell === '') return 'nothing';
  if (typeof cell === 'number') return 'number';
  if (typeof cell === 'boolean') return 'truth';
  if (Array.isArray(cell)) {
    if (cell.length > 0 && cell.every((x) => x === null)) return 'nothing';
    return cell.every((x) => typeof x === 'number' || x === null) ? 'numbers' : 'list';
  }
  if (typeof cell === 'object') return 'object';
  const text = String(cell).trim();
  if (/^(nan|none|null)?$/i.test(text)) return 'nothing';
  if (Number.isFinite(Number(text))) return 'number';
  if (/^(true|false)$/i.test(text)) return 'truth';
  if (/^[[{]/.test(text)) {
    try {
      return kindOfCell(JSON.parse(text));
    } catch {
      return text.startsWith('[') && /^\[[\s\d.,eE+-]*\]$/.test(text) ? 'numbers' : 'text';
    }
  }
  return 'text';
}
