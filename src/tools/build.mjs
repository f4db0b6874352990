import { buildSite } from './build-site.mjs';
import { ensureDependencies } from './dependencies.mjs';
import { printSizeReport } from './size-report.mjs';

await ensureDependencies();
await buildSite();
printSizeReport();
