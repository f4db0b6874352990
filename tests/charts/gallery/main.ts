import { mount } from 'svelte';
import '../../../src/charts/palette.css';
import Gallery from './Gallery.svelte';

const theme = new URLSearchParams(location.search).get('theme') === 'dark' ? 'dark' : 'light';
document.documentElement.dataset.theme = theme;
mount(Gallery, { target: document.getElementById('gallery')!, props: { theme } });
