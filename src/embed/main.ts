import { mount } from 'svelte';
import Embed from './Embed.svelte';

const target = document.querySelector('#app');
if (!target) throw new Error('The page has no #app element to mount on.');
mount(Embed, { target });
