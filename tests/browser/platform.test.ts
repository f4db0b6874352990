import { describe, expect, test } from 'vitest';
import { call, siteUrl, withPage, withTestPage } from './harness';

describe('the browser the tests run in', () => {
  test('runs a compute shader on a real WebGPU device', async () => {
    const doubled = await withTestPage('webgpu-probe', (page) => call<number[]>(page, 'doubleOnGpu', [1, -2.5, 3]));
    expect(doubled).toEqual([2, -5, 6]);
  });

  test('starts WebAssembly but evaluates no text under the policy of our pages', async () => {
    const verdicts = await withTestPage('webgpu-probe', (page) => call(page, 'policyVerdicts'));
    expect(verdicts).toEqual({ wasm: true, evaluation: false });
  });
});

describe('the built pages, served below a sub-path', () => {
  test.each(['', 'lab/', 'embed/'])('/%s mounts, and nothing it loads is missing or blocked', async (path) => {
    const seen = await withPage(siteUrl(path), async (page) => {
      await page.locator('#app > *').first().waitFor();
      return {
        title: await page.title(),
        gpu: await page.evaluate(async () => (await navigator.gpu.requestAdapter()) !== null),
        policy: await page.locator('meta[http-equiv="Content-Security-Policy"]').getAttribute('content'),
        root: await page.evaluate(() =>
          new URL(document.querySelector<HTMLMetaElement>('meta[name="advantage-lab-root"]')!.content, document.baseURI).href,
        ),
      };
    });
    expect(seen.title).toMatch(/Advantage Lab/);
    expect(seen.gpu).toBe(true);
    expect(seen.policy).toContain("default-src 'self'");
    expect(seen.root).toBe(siteUrl());
  });

  test('what a page reports as an error fails its test', async () => {
    const failing = withPage(siteUrl(), (page) =>
      page.evaluate(async () => {
        const violation = new Promise((resolve) => document.addEventListener('securitypolicyviolation', resolve, { once: true }));
        const style = document.createElement('style');
        style.textContent = 'body { color: red }';
        document.head.append(style);
        await violation;
      }),
    );
    await expect(failing).rejects.toThrow(/Content Security Policy/);
  });
});
