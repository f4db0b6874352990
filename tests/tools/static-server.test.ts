import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { listenFrom, staticServer } from '../../src/tools/static-server.mjs';

const folder = mkdtempSync(join(tmpdir(), 'advantage-lab-server-'));
const root = join(folder, 'site');
const server = staticServer(root, { prefix: '/sub/path/' });
let port = 0;

beforeAll(async () => {
  mkdirSync(join(root, 'lab'), { recursive: true });
  writeFileSync(join(folder, 'secret.txt'), 'not served');
  writeFileSync(join(root, 'index.html'), '<p>root</p>');
  writeFileSync(join(root, 'lab/index.html'), '<p>lab</p>');
  writeFileSync(join(root, 'main.js'), 'export {}');
  writeFileSync(join(root, 'net.wasm'), '');
  port = await listenFrom(server, 0);
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
  rmSync(folder, { recursive: true });
});

/** A request with the path exactly as given; fetch would tidy it up first. */
function get(path: string, { method = 'GET', headers = {} }: { method?: string; headers?: Record<string, string> } = {}) {
  return new Promise<{ status: number; headers: Record<string, unknown>; body: string }>((resolve, reject) => {
    request({ port, path, method, headers, host: '127.0.0.1' }, (response) => {
      let body = '';
      response.on('data', (chunk: Buffer) => (body += chunk.toString()));
      response.on('end', () => resolve({ status: response.statusCode ?? 0, headers: response.headers, body }));
    })
      .on('error', reject)
      .end();
  });
}

test.each([
  ['/sub/path/', 'text/html; charset=utf-8', '<p>root</p>'],
  ['/sub/path/lab/', 'text/html; charset=utf-8', '<p>lab</p>'],
  ['/sub/path/main.js?v=1', 'text/javascript; charset=utf-8', 'export {}'],
  ['/sub/path/net.wasm', 'application/wasm', ''],
])('%s is served as %s', async (path, type, body) => {
  const answer = await get(path);
  expect(answer).toMatchObject({ status: 200, body });
  expect(answer.headers['content-type']).toBe(type);
  expect(answer.headers['access-control-allow-origin']).toBe('*');
});

test('a folder without its slash is redirected, keeping the query', async () => {
  const answer = await get('/sub/path/lab?theme=dark');
  expect(answer.status).toBe(301);
  expect(new URL(answer.headers.location as string, 'http://x/sub/path/lab').pathname).toBe('/sub/path/lab/');
  expect(answer.headers.location).toMatch(/\?theme=dark$/);
});

test.each(['/sub/path/../secret.txt', '/sub/path/..%2fsecret.txt', '/sub/path/lab/%2e%2e/%2e%2e/secret.txt', '/sub/path/no.js', '/other/'])(
  '%s is not found',
  async (path) => {
    const answer = await get(path);
    expect(answer.status).toBe(404);
    expect(answer.body).not.toContain('not served');
  },
);

test('a path that cannot be decoded and a method that changes things are refused', async () => {
  expect((await get('/sub/path/%ff')).status).toBe(400);
  expect((await get('/sub/path/', { method: 'POST' })).status).toBe(405);
});

test('HEAD sends the fields without the body, and an unchanged file is not sent again', async () => {
  const head = await get('/sub/path/main.js', { method: 'HEAD' });
  expect(head).toMatchObject({ status: 200, body: '' });
  expect(head.headers['content-length']).toBe('9');
  const again = await get('/sub/path/main.js', { headers: { 'If-None-Match': head.headers.etag as string } });
  expect(again).toMatchObject({ status: 304, body: '' });
});

test('a taken port is passed over', async () => {
  const second = staticServer(root);
  const taken = await listenFrom(second, port);
  second.close();
  expect(taken).toBeGreaterThan(port);
});
