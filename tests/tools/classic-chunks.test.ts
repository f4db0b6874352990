import type { Rolldown } from 'vite';
import { describe, expect, test } from 'vitest';
import { classicCode, installChunkLoader, withImports, type ChunkScope } from '../../src/tools/vite/classic-chunks';

type OutputBundle = Rolldown.OutputBundle;
const chunk = (fileName: string, code: string, imports: string[] = [], facadeModuleId: string | null = null) =>
  ({ type: 'chunk', fileName, code, imports, facadeModuleId }) as unknown as Rolldown.OutputChunk;
const bundleOf = (...chunks: Rolldown.OutputChunk[]) => Object.fromEntries(chunks.map((one) => [one.fileName, one])) as unknown as OutputBundle;

describe('a chunk as a classic script', () => {
  const core = chunk('core.js', 'exports.one=1;');
  const shared = chunk('shared.js', 'exports.two=2;');
  const lazy = chunk('lazy.js', 'const c=require(`./core.js`),s=require("./shared.js");exports.three=c.one+s.two;', ['core.js', 'shared.js']);
  const worker = chunk('worker.js', 'self.started=require("./core.js").one;', ['core.js'], '/src/x.worker.ts');
  const entry = chunk(
    'entry.js',
    'const c=require("./core.js");exports.load=()=>Promise.resolve().then(()=>require("./lazy.js"));exports.url=advantageLab.workerUrl("advantage-lab-worker:/src/x.worker.ts");',
    ['core.js'],
  );
  const bundle = bundleOf(core, shared, lazy, worker, entry);

  test('names with each import() what is not there yet, and the files of its worker', () => {
    const code = classicCode(entry, bundle);
    expect(code).toContain('advantageLab.load(["lazy.js","shared.js"])');
    expect(code).toContain('advantageLab.workerUrl(["worker.js","core.js"])');
    expect(code).toContain('require("core.js")');
    expect(withImports('lazy.js', bundle)).toEqual(['lazy.js', 'core.js', 'shared.js']);
    expect(() => withImports('nowhere.js', bundle)).toThrow(/nowhere\.js is not part of the build/);
  });

  /** A worker's scope that brings files of the bundle, or fails for those that are missing. */
  function workerScope(missing: Set<string>): ChunkScope & { fetched: string[] } {
    const fetched: string[] = [];
    const scope: ChunkScope & { fetched: string[] } = {
      fetched,
      advantageLabFolder: 'https://host/embed/',
      importScripts: (url) => {
        const file = url!.slice('https://host/embed/'.length);
        fetched.push(file);
        if (missing.has(file)) throw new Error(`no ${file}`);
        new Function('advantageLab', classicCode(bundle[file] as Rolldown.OutputChunk, bundle))(scope.advantageLab);
      },
    };
    return scope;
  }

  test('is brought once, after a failure again, and started in order', async () => {
    const missing = new Set(['shared.js']);
    const scope = workerScope(missing);
    installChunkLoader(scope, 'loader.js');
    const { load, start } = scope.advantageLab!;
    const { load: loadLazy, url } = (await load(['entry.js', 'core.js'])) as { load: () => Promise<{ three: number }>; url: string };
    await expect(loadLazy()).rejects.toThrow('no shared.js');
    missing.clear();
    expect((await loadLazy()).three).toBe(3);
    expect(await loadLazy()).toBe(start('lazy.js'));
    expect(scope.fetched).toEqual(['entry.js', 'core.js', 'lazy.js', 'shared.js', 'shared.js']);
    expect(decodeURIComponent(url)).toBe(
      'data:text/javascript,self.advantageLabFolder="https://host/embed/";importScripts("https://host/embed/loader.js","https://host/embed/worker.js","https://host/embed/core.js");advantageLab.start("worker.js")',
    );
    expect(() => start('worker.js')).toThrow(/worker\.js was started before it was loaded/);
  });

  test('has the loaders of a folder in one table, which does what they did', async () => {
    const a = chunk('a.js', 'exports.default="A";');
    const other = chunk('b2.js', 'exports.default=require("./a.js").default+"B";', ['a.js']);
    const lazily = (file: string, after = '') => `z(()=>Promise.resolve().then(()=>require("./${file}"))${after},void 0,{}.url)`;
    const z = 'const z=(load)=>load();';
    const folder = (after = '') => `Object.assign({"./rewards/a.ts":()=>${lazily('a.js', after)},"./rewards/b.ts":()=>${lazily('b2.js', after)}})`;
    const globs = chunk('globs.js', `${z}exports.whole=${folder()};exports.picked=${folder('.then(e=>e.default)')};`);
    const unlike = chunk('unlike.js', `${z}exports.whole=Object.assign({"./rewards/a.ts":()=>${lazily('a.js')},"./other/b.ts":()=>${lazily('b2.js')}});`);
    const all = bundleOf(a, other, globs, unlike);
    expect(classicCode(globs, all)).toContain('advantageLab.loaders("./rewards/",".ts","a,b=b2 a")');
    expect(classicCode(globs, all)).toContain('advantageLab.loaders("./rewards/",".ts","a,b=b2 a","default")');
    expect(classicCode(unlike, all)).not.toContain('advantageLab.loaders');
    const scope: ChunkScope = { advantageLabFolder: 'https://host/' };
    scope.importScripts = (url) => new Function('advantageLab', classicCode(all[url!.slice('https://host/'.length)] as Rolldown.OutputChunk, all))(scope.advantageLab);
    installChunkLoader(scope, 'loader.js');
    type Loaders = Record<string, () => Promise<unknown>>;
    for (const file of ['globs.js', 'unlike.js']) {
      const { whole, picked } = (await scope.advantageLab!.load([file])) as { whole: Loaders; picked?: Loaders };
      expect(await Promise.all(Object.values(whole).map((load) => load()))).toEqual([{ default: 'A' }, { default: 'AB' }]);
      if (!picked) continue;
      expect(Object.keys(picked)).toEqual(['./rewards/a.ts', './rewards/b.ts']);
      expect(await Promise.all(Object.values(picked).map((load) => load()))).toEqual(['A', 'AB']);
    }
  });
});
