import { mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { UsageError } from './arguments';

/**
 * Writes files into a folder, which is made where it is missing. Every text goes to a temporary name first and all are
 * renamed at the end, so that no reader ever sees half of one. Returns their paths. Throws `UsageError`, naming `--out`.
 */
export function writeWhole(folder: string, files: Readonly<Record<string, string>>): string[] {
  const waiting: (readonly [temporary: string, path: string])[] = [];
  try {
    mkdirSync(folder, { recursive: true });
    for (const [name, text] of Object.entries(files)) {
      const path = join(folder, name);
      const temporary = join(folder, `.${name}.${process.pid}.part`);
      waiting.push([temporary, path]);
      writeFileSync(temporary, text);
    }
    for (const [temporary, path] of waiting) renameSync(temporary, path);
    return waiting.map(([, path]) => path);
  } catch (error) {
    for (const [temporary] of waiting) rmSync(temporary, { force: true });
    throw new UsageError(`--out ${folder}: ${(error as Error).message}`);
  }
}
