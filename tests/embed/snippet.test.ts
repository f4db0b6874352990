import { describe, expect, test } from 'vitest';
import { allPlugins } from '../../src/core/all-plugins';
import { loadPreset, presetIds } from '../../src/core/experiment/presets';
import { makeStill } from '../../src/state/still';
import { EMBED_SIZES, embedSnippet, type SnippetOptions } from '../../src/ui/share/embed-snippet';
import { stillPicture, stillWords, svgAddress } from '../../src/ui/share/still-picture';

const plugins = allPlugins();
const options: SnippetOptions = {
  embed: 'https://host/embed/?theme=dark#v1.abc',
  lab: 'https://host/lab/#v1.abc',
  size: EMBED_SIZES[0]!,
  title: 'Advantage Lab: Boat race, Dense beside exact',
  picture: "data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg'/%3E",
  words: 'Boat race: 128 races.',
};

describe('the snippet', () => {
  test('has the frame’s address, title, size, permissions and no referrer', () => {
    const html = embedSnippet(options);
    expect(html).toContain('<iframe src="https://host/embed/?theme=dark#v1.abc" title="Advantage Lab: Boat race, Dense beside exact" width="720" height="420" loading="lazy"');
    expect(html).toContain('allow="fullscreen; clipboard-write" referrerpolicy="no-referrer"');
    expect(html).toContain(`<a href="https://host/lab/#v1.abc"><img src="${options.picture}" alt="Boat race: 128 races."`);
  });

  test('runs nothing of its own, whatever the experiment is called', () => {
    const html = embedSnippet({ ...options, title: '"><script>alert(1)</script>', words: `" onload="alert(1)` });
    expect(html).not.toMatch(/<script|\son\w+="/);
    expect(html.match(/</g)).toHaveLength(7);
    expect(html).toContain('title="&#34;&#62;&#60;script&#62;');
  });
});

describe('the still picture', () => {
  test.each(presetIds())('%s: small, named, of this very batch', async (id) => {
    const still = makeStill((await loadPreset(id))!.spec, plugins);
    const svg = stillPicture(still, { theme: 'light', rows: 12, width: 480, height: 240, padding: 14, background: true });
    const address = svgAddress(svg);
    expect(address.length).toBeLessThan(30_000);
    expect(address).not.toMatch(/["<>#\n]/);
    expect(decodeURIComponent(address.slice('data:image/svg+xml,'.length)).replaceAll("'", '"')).toBe(svg.replaceAll("'", '"'));
    expect(svg).toContain(`<title>${still.spec.title}: ${still.scene.batch.nTraj}`);
    // One path per colour: a task of one step has few.
    expect(svg.match(/<path/g)!.length).toBeGreaterThan(still.scene.batch.maxLen > 1 ? 4 : 2);
    const wrong = still.prices!.figures.wrongSign;
    expect(stillWords(still)).toMatch(wrong > 0.005 && wrong < 0.995 ? new RegExp(`At ${Math.round(100 * wrong)}% of the steps`) : /At /);
  });

  test('shows another scheme when the one that is followed cannot be priced, and exact alone when none can', async () => {
    const { spec } = (await loadPreset('boat-race'))!;
    const broken = (k: number) => ({ ...spec.schemes[k]!, terms: [{ reward: 'signal', label: '', weight: 1, params: { signal: 'no-such-signal' }, gated: false }] });
    const one = { ...spec, schemes: spec.schemes.map((scheme, k) => (k === 1 ? broken(1) : scheme)), view: { ...spec.view, scheme: 1 } };
    expect(makeStill(one as typeof spec, plugins).scheme).toBe(0);
    const all = { ...spec, schemes: spec.schemes.map((_, k) => broken(k)) };
    const still = makeStill(all as typeof spec, plugins);
    expect(still.prices).toBeNull();
    expect(stillPicture(still, { theme: 'dark', rows: 12, width: 480, height: 240 })).toContain('What helped');
  });
});
