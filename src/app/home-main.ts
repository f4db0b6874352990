import '@fontsource-variable/inter';
import '../charts/palette.css';
import '../ui/base.css';
import { mount } from 'svelte';
import Home from './Home.svelte';
import { forwardedTo } from './forward-link';
import { rootUrl } from './root-url';

const target = document.querySelector('#app');
if (!target) throw new Error('The page has no #app element to mount on.');
const root = rootUrl(document);
const forwarded = forwardedTo(root, location);
if (forwarded) location.replace(forwarded);
else mount(Home, { target, props: { root } });
