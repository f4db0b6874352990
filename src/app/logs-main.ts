import '@fontsource-variable/inter';
import '../charts/palette.css';
import '../ui/base.css';
import { mount } from 'svelte';
import LogsApp from './LogsApp.svelte';
import { rootUrl } from './root-url';

const target = document.querySelector('#app');
if (!target) throw new Error('The page has no #app element to mount on.');
mount(LogsApp, { target, props: { root: rootUrl(document) } });
