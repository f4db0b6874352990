/** Planted for the architecture test: what a room without the DOM must not do. */
export const width = () => window.innerWidth;
