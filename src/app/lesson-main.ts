import '@fontsource-variable/inter';
import '../charts/palette.css';
import '../ui/base.css';
import '../ui/lesson/lesson.css';
import { mount } from 'svelte';
import LessonApp from './LessonApp.svelte';
import { rootUrl } from './root-url';

const target = document.querySelector('#app');
if (!target) throw new Error('The page has no #app element to mount on.');
const id = document.querySelector<HTMLMetaElement>('meta[name="advantage-lab-lesson"]')?.content ?? '';
mount(LessonApp, { target, props: { root: rootUrl(document), id, still: target.firstElementChild } });
