import '../charts/palette.css';
import '../ui/base.css';
import { mount } from 'svelte';
import { rootUrl } from '../app/root-url';
import Embed from './Embed.svelte';

const target = document.querySelector('#app');
if (!target) throw new Error('The page has no #app element to mount on.');
target.replaceChildren();
mount(Embed, { target, props: { root: rootUrl(document), hash: location.hash } });
