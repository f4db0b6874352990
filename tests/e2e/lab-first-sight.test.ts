import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import type { Server } from 'node:http';
import { listenFrom, staticServer } from '../../src/tools/static-server.mjs';
import { siteUrl, withPage } from '../browser/harness';
import { firstHeatmap, recorded, recordTraining } from './lab-page';

const servers: Server[] = [];
const addresses: Record<string, string> = {};

async function serve(prefix: string): Promise<string> {
  const server = staticServer(inject('siteFolder'), { prefix });
  servers.push(server);
  return `http://localhost:${await listenFrom(server, 0)}${prefix}`;
}

beforeAll(async () => {
  addresses['the root of a host'] = await serve('/');
  addresses['a sub-path'] = siteUrl();
  addresses['a deep sub-path'] = await serve('/some/sub/path/');
});
afterAll(() => {
  for (const server of servers) {
    server.closeAllConnections();
    server.close();
  }
});

describe.each(['lab/', '?present'])('the lab at %j', (path) => {
  test.each(['the root of a host', 'a sub-path', 'a deep sub-path'])('shows its heatmaps under %s, without an error', async (place) => {
    await withPage(
      addresses[place] + path,
      async (page) => {
        await firstHeatmap(page);
        const milliseconds = await page.evaluate(() => performance.now());
        process.stdout.write(`  first heatmap at ${path} under ${place}: ${milliseconds.toFixed(0)} ms after navigation\n`);
        for (const name of ['Exact', 'Sparse', 'Dense', 'Gated', 'Gated cap']) {
          expect(await page.getByRole('grid', { name: `Advantage, ${name}`, exact: true }).count(), name).toBe(1);
        }
        expect(await page.title()).toContain('Advantage Lab');
        expect((await recorded(page)).violations).toEqual([]);
        expect((await recorded(page)).posted, 'no worker before it is wanted').toEqual([]);
      },
      { initScript: recordTraining },
    );
  });

  test('fetches no TensorFlow.js and nothing from another host', async () => {
    await withPage(siteUrl(path), async (page) => {
      await firstHeatmap(page);
      const fetched = await page.evaluate(() => performance.getEntriesByType('resource').map((entry) => entry.name));
      expect(fetched.filter((url) => /tfjs|webgpu-backend|wasm/.test(url))).toEqual([]);
      expect(fetched.filter((url) => new URL(url).host !== new URL(siteUrl()).host)).toEqual([]);
    });
  });
});
