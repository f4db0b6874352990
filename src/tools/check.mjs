import { ensureDependencies } from './dependencies.mjs';
import { runTypeChecks } from './type-checks.mjs';

await ensureDependencies();
const failed = (await runTypeChecks()).filter((check) => !check.passed);
process.exitCode = failed.length === 0 ? 0 : 1;
