import { expect, test } from 'vitest';
import { forwardedTo } from '../../src/app/forward-link';
import { isExperimentLink } from '../../src/codec/link';

const root = 'https://host/some/path/';

test.each(['#v1.q1ZK', '#v2.', '#v10.x', '#v1', '#questions', '', '#', '#V1.x', '#?v1.x'])('%j is forwarded exactly where the lab would read it', (hash) => {
  expect(forwardedTo(root, { hash, search: '?theme=dark' })).toBe(isExperimentLink(hash) ? `${root}lab/?theme=dark${hash}` : null);
});

test('a projector’s address is the lab’s, a theme alone is not', () => {
  expect(forwardedTo(root, { hash: '', search: '?present' })).toBe(`${root}lab/?present`);
  expect(forwardedTo(root, { hash: '', search: '?theme=dark' })).toBeNull();
});
