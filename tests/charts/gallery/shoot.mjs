/**
 * Pictures of the gallery, light and dark: `node tests/charts/gallery/shoot.mjs FOLDER [address] [selector]`.
 * The gallery has to be running (see vite.config.ts).
 */
import { chromium } from 'playwright-core';

const [folder, address = 'http://localhost:5199/', selector = 'main'] = process.argv.slice(2);
const browser = await chromium.launch({ executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium', args: ['--no-sandbox'] });
for (const theme of ['light', 'dark']) {
  const page = await browser.newPage({ viewport: { width: 1130, height: 900 }, deviceScaleFactor: 2 });
  page.on('console', (message) => ['error', 'warning'].includes(message.type()) && console.log(theme, message.text()));
  page.on('pageerror', (error) => console.log(theme, String(error)));
  await page.goto(`${address}?theme=${theme}`);
  await page.locator(selector).first().waitFor();
  await page.locator(selector).first().screenshot({ path: `${folder}/${theme}.png` });
}
await browser.close();
