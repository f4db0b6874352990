import { spawn } from 'node:child_process';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The repository's root, wherever the command was started. */
export const projectRoot = join(dirname(fileURLToPath(import.meta.url)), '..', '..');

/**
 * Runs a program to its end and resolves with its exit code. Its output goes to
 * this process's output, or all of it to standard error with `quietStdout`.
 * @param {string} program
 * @param {readonly string[]} args
 * @param {{ quietStdout?: boolean, env?: NodeJS.ProcessEnv }} [options]
 * @returns {Promise<number>}
 */
export function runCommand(program, args, { quietStdout = false, env = process.env } = {}) {
  return new Promise((resolve) => {
    const child = spawn(program, args, {
      cwd: projectRoot,
      env,
      stdio: ['ignore', quietStdout ? process.stderr : 'inherit', 'inherit'],
      shell: process.platform === 'win32' && !program.includes('\\'),
    });
    child.on('error', (error) => {
      process.stderr.write(`${program} could not be started: ${error.message}\n`);
      resolve(127);
    });
    child.on('exit', (code) => resolve(code ?? 1));
  });
}

/**
 * Runs a script of an installed package with this Node.
 * @param {string} script path under node_modules
 * @param {readonly string[]} args
 * @param {{ quietStdout?: boolean, env?: NodeJS.ProcessEnv }} [options]
 */
export function runPackageScript(script, args, options) {
  return runCommand(process.execPath, [join(projectRoot, 'node_modules', script), ...args], options);
}

/**
 * Runs a tool's body; a failure becomes its message on standard error and exit code 1.
 * @param {() => Promise<unknown>} body
 */
export async function runTool(body) {
  try {
    await body();
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    process.exitCode = 1;
  }
}
