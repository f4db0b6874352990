/** How presets are filed and shown in the gallery. Apart from the spec's schema, so that a page can name topics without it. */

/** Tabs of the gallery, in their order. */
export const TOPICS = ['start', 'reward', 'process', 'estimator', 'verifier', 'tools', 'known'] as const;
export type Topic = (typeof TOPICS)[number];

/**
 * Pictures of gallery cards: the scenario with a trajectory, a chain of calls, one trajectory under every price, whole
 * groups, one bar or one dot a trajectory, merged prefixes, a state table as a shade.
 */
export const CARD_PICTURES = ['scene', 'chain', 'prices', 'groups', 'bars', 'scatter', 'tree', 'field'] as const;
export type CardPicture = (typeof CARD_PICTURES)[number];
