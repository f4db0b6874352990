import '@fontsource-variable/inter';
import '@fontsource-variable/jetbrains-mono';
import '../charts/palette.css';
import '../ui/base.css';
import { mount } from 'svelte';
import App from './App.svelte';
import { rootUrl } from './root-url';

const target = document.querySelector('#app');
if (!target) throw new Error('The page has no #app element to mount on.');
mount(App, { target, props: { root: rootUrl(document) } });
