import { runnerImport, type Plugin } from 'vite';
import type { StillPage } from '../../lessons/still';
import { builtTags, fillPage, rootFrom, servedPage, type Page } from './pages.ts';
import { escapeHtml } from './reference-text.ts';

/** The source of every lesson's page; which files it becomes, the lessons say. */
export const lessonPage: Page = { source: 'src/app/lesson.html', emit: [], entry: 'src/app/lesson-main.ts' };

const fileOf = (id: string) => (id === '' ? 'lesson/index.html' : `lesson/${id}/index.html`);

/**
 * One real file for each lesson and one for their list, with title, description and the prose in it, so that a lesson can be read
 * and found without scripts. Numbers in the prose come from the recordings.
 */
export function lessonPages(): Plugin {
  let root = process.cwd();
  let loading: Promise<readonly StillPage[]> | undefined;
  const load = () => (loading ??= stillPages(root));
  return {
    name: 'advantage-lab:lesson-pages',
    configResolved(config) {
      root = config.root;
    },
    watchChange(id) {
      if (/\/(src\/lessons|static\/lessons)\//.test(id)) loading = undefined;
    },
    configureServer(server) {
      server.middlewares.use((request, response, next) => {
        const { pathname } = new URL(request.url ?? '/', 'http://localhost');
        if (!/^\/lesson\/([a-z0-9-]+\/)?$/.test(pathname)) return next();
        load().then((pages) => {
          const page = pages.find(({ id }) => `/${fileOf(id).replace('index.html', '')}` === pathname);
          if (!page) return next();
          return server
            .transformIndexHtml(pathname, filled(servedPage(lessonPage, fileOf(page.id)), page))
            .then((body) => void response.setHeader('Content-Type', 'text/html; charset=utf-8').end(body));
        }).catch(next);
      });
    },
    generateBundle: {
      order: 'post',
      async handler(_options, bundle) {
        for (const page of await load()) {
          const fileName = fileOf(page.id);
          this.emitFile({ type: 'asset', fileName, source: filled(fillPage(lessonPage, fileName, builtTags(lessonPage, bundle, rootFrom(fileName))), page) });
        }
      },
    },
  };
}

function filled(html: string, { id, title, description, html: content }: StillPage): string {
  return html
    .replace('%TITLE%', () => escapeHtml(title))
    .replace('%DESCRIPTION%', () => escapeHtml(description))
    .replace('%LESSON%', () => id)
    .replace('%CONTENT%', () => content);
}

async function stillPages(root: string): Promise<readonly StillPage[]> {
  const { module } = await runnerImport<typeof import('../../lessons/still')>('./src/lessons/still.ts', { root, configFile: false, logLevel: 'error' });
  return module.stillPages((id) => rootFrom(fileOf(id)));
}
