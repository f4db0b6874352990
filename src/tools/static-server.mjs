import { createReadStream, statSync } from 'node:fs';
import { createServer } from 'node:http';
import { extname, join, normalize, sep } from 'node:path';

/** Types by extension; browsers refuse modules, styles and WebAssembly under a wrong one. */
const mimeTypes = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.mjs': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.json': 'application/json; charset=utf-8',
  '.map': 'application/json; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.jpg': 'image/jpeg',
  '.webp': 'image/webp',
  '.ico': 'image/x-icon',
  '.wasm': 'application/wasm',
  '.woff2': 'font/woff2',
  '.txt': 'text/plain; charset=utf-8',
  '.md': 'text/markdown; charset=utf-8',
  '.webmanifest': 'application/manifest+json',
  '.bin': 'application/octet-stream',
};

/**
 * A static file server for a built site, under any path prefix. Like the usual
 * static hosts it rewrites nothing: a folder serves its index.html and is
 * redirected to its name with a slash, so relative links resolve.
 *
 * `Access-Control-Allow-Origin: *` lets a sandboxed frame, whose origin is
 * opaque, load scripts and binaries; `Cross-Origin-Resource-Policy` lets
 * isolated pages frame the embed.
 *
 * @param {string} root folder that is served
 * @param {{ prefix?: string, headers?: Record<string, string> }} [options] `prefix` starts and ends with a slash
 */
export function staticServer(root, { prefix = '/', headers = {} } = {}) {
  return createServer((request, response) => {
    const send = (/** @type {number} */ status, /** @type {Record<string, string | number>} */ fields, body = '') => {
      response.writeHead(status, {
        'Access-Control-Allow-Origin': '*',
        'Cross-Origin-Resource-Policy': 'cross-origin',
        'X-Content-Type-Options': 'nosniff',
        ...headers,
        ...fields,
      });
      if (body) response.end(request.method === 'HEAD' ? undefined : body);
    };
    const refuse = (/** @type {number} */ status, /** @type {string} */ message) =>
      send(status, { 'Content-Type': 'text/plain; charset=utf-8' }, `${message}\n`);

    if (request.method !== 'GET' && request.method !== 'HEAD') return refuse(405, 'Only GET and HEAD are answered here.');
    const [rawPath, query] = (request.url ?? '/').split('?', 2);
    let path;
    try {
      path = decodeURIComponent(rawPath);
    } catch {
      return refuse(400, 'The address is not a well-formed URL.');
    }
    if (!path.startsWith(prefix) || path.includes('\0')) return refuse(404, `Nothing is served at ${path}.`);

    const base = normalize(root);
    let file = normalize(join(base, path.slice(prefix.length)));
    if (file !== base && !file.startsWith(base.endsWith(sep) ? base : base + sep)) return refuse(404, `Nothing is served at ${path}.`);
    let stat = statSync(file, { throwIfNoEntry: false });
    if (stat?.isDirectory()) {
      if (!path.endsWith('/')) {
        const name = rawPath.slice(rawPath.lastIndexOf('/') + 1);
        send(301, { Location: `./${name}/${query ? `?${query}` : ''}`, 'Content-Length': 0 });
        return response.end();
      }
      file = join(file, 'index.html');
      stat = statSync(file, { throwIfNoEntry: false });
    }
    if (!stat?.isFile()) return refuse(404, `Nothing is served at ${path}.`);

    const tag = `"${stat.size.toString(16)}-${Math.round(stat.mtimeMs).toString(16)}"`;
    if (request.headers['if-none-match'] === tag) {
      send(304, { ETag: tag });
      return response.end();
    }
    send(200, {
      'Content-Type': mimeTypes[/** @type {keyof typeof mimeTypes} */ (extname(file).toLowerCase())] ?? 'application/octet-stream',
      'Content-Length': stat.size,
      'Cache-Control': 'no-cache',
      ETag: tag,
    });
    if (request.method === 'HEAD') return response.end();
    createReadStream(file).on('error', () => response.destroy()).pipe(response);
  });
}

/**
 * Listens on the first free port at or after `port` (0: any) and resolves with
 * the port taken.
 * @param {import('node:http').Server} server
 * @param {number} port
 * @param {string} [host]
 * @returns {Promise<number>}
 */
export function listenFrom(server, port, host = '127.0.0.1') {
  return new Promise((resolve, reject) => {
    let next = port;
    server.on('error', (/** @type {NodeJS.ErrnoException} */ error) => {
      if (error.code !== 'EADDRINUSE' || next >= port + 100) return reject(error);
      next += 1;
      server.listen(next, host);
    });
    server.on('listening', () => {
      const address = server.address();
      resolve(typeof address === 'object' && address ? address.port : next);
    });
    server.listen(next, host);
  });
}
