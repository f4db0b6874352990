import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { projectRoot, runCommand, runPackageScript } from './run-command.mjs';

const names = ['google-chrome', 'google-chrome-stable', 'chromium', 'chromium-browser', 'chrome'];
const fixedPlaces = [
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  '/Applications/Chromium.app/Contents/MacOS/Chromium',
  'C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe',
  'C:\\Program Files (x86)\\Google\\Chrome\\Application\\chrome.exe',
];

/** What the real-browser tests launch with: headless, offline-minded, WebGPU on the emulated adapter where there is no GPU. */
export const launchArguments = [
  '--no-sandbox',
  '--enable-unsafe-webgpu',
  '--use-webgpu-adapter=swiftshader',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

function answersVersion(/** @type {string} */ path) {
  try {
    if (process.platform !== 'linux') return true;
    return /\d+\./.test(execFileSync(path, ['--version', '--no-sandbox'], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'], timeout: 60_000 }));
  } catch {
    return false;
  }
}

async function playwrightBrowser() {
  const { chromium } = await import('playwright-core');
  return chromium.executablePath();
}

/**
 * The path of a Chrome or Chromium that starts: the one named by
 * ADVANTAGE_LAB_BROWSER, an installed one, or Playwright's own; null where
 * there is none.
 * @returns {Promise<string | null>}
 */
export async function findBrowser() {
  const named = process.env.ADVANTAGE_LAB_BROWSER;
  if (named) {
    if (!existsSync(named)) throw new Error(`ADVANTAGE_LAB_BROWSER names ${named}, which does not exist. Correct it or unset it.`);
    return named;
  }
  const onPath = (process.env.PATH ?? '').split(delimiter).flatMap((folder) => names.map((name) => join(folder, name)));
  for (const candidate of [...onPath, ...fixedPlaces, await playwrightBrowser()]) {
    if (candidate && existsSync(candidate) && answersVersion(candidate)) return candidate;
  }
  return null;
}

/**
 * A browser for the tests, installed if need be: Playwright's Chromium first,
 * then Debian's package where this process is root. Throws where all fails, so
 * that browser tests are never left out unnoticed.
 * @returns {Promise<string>}
 */
export async function ensureBrowser() {
  const present = await findBrowser();
  if (present) return present;
  process.stderr.write('No Chrome or Chromium found; installing Playwright’s Chromium …\n');
  if (existsSync(join(projectRoot, 'node_modules/playwright-core/cli.js'))) {
    await runPackageScript('playwright-core/cli.js', ['install', '--no-shell', 'chromium'], { quietStdout: true });
    const installed = await findBrowser();
    if (installed) return installed;
  }
  if (process.getuid?.() === 0 && existsSync('/usr/bin/apt-get')) {
    process.stderr.write('That did not give a browser that starts; installing Debian’s chromium package …\n');
    const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
    await runCommand('apt-get', ['update', '-q'], { quietStdout: true, env });
    await runCommand('apt-get', ['install', '-q', '-y', '--no-install-recommends', 'chromium'], { quietStdout: true, env });
    const installed = await findBrowser();
    if (installed) return installed;
  }
  throw new Error(
    'The real-browser tests need Chrome or Chromium, and none could be installed. Install one, or name it in ADVANTAGE_LAB_BROWSER, and run npm test again.',
  );
}
