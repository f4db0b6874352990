import { ensureDependencies } from './dependencies.mjs';
import { runPackageScript } from './run-command.mjs';

await ensureDependencies();
process.exitCode = await runPackageScript('vite/bin/vite.js', process.argv.slice(2));
