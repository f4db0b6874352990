/** Networks that were trained before: parameters that ship as data, with the script that made them named in the file. */

/** A file of `static/pretrained/`. */
export interface PretrainedFile {
  /** How the weights were made, in a sentence, and the command that makes them again. */
  readonly made: string;
  /** Parameters of one network. */
  readonly parameters: number;
  /** One network each, single precision, little-endian, in base64. */
  readonly networks: readonly string[];
}

const files = import.meta.glob('../../static/pretrained/*.json', { import: 'default' }) as Record<string, () => Promise<unknown>>;

/** Names of the weights that ship. */
export function pretrainedNames(): string[] {
  return Object.keys(files).map((path) => path.replace(/^.*\//, '').replace(/\.json$/, ''));
}

/**
 * The weights of that name, by number of the learner's seed: each seed has a network of its own as long as there are enough, then they
 * come round again. Throws, naming what there is, where no such weights ship or they are of another network.
 */
export async function loadPretrained(name: string, parameterCount: number): Promise<(seedNumber: number) => Float32Array> {
  const load = Object.entries(files).find(([path]) => path.endsWith(`/${name}.json`))?.[1];
  if (!load) throw new Error(`There are no pretrained weights "${name}". There are: ${pretrainedNames().join(', ')}.`);
  const { parameters, networks } = (await load()) as PretrainedFile;
  if (parameters !== parameterCount) {
    throw new Error(`The pretrained weights "${name}" are ${parameters} numbers; this network has ${parameterCount}. Give it the layers that they were made for.`);
  }
  return (seedNumber) => decode(networks[seedNumber % networks.length]);
}

function decode(base64: string): Float32Array {
  const bytes = Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
  const view = new DataView(bytes.buffer);
  return Float32Array.from({ length: bytes.length / 4 }, (_, k) => view.getFloat32(4 * k, true));
}
