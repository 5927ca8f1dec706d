/** A server on a free port of loopback that answers from a table of paths; the smallest thing a browser can open. */
import { once } from 'node:events';
import { createServer } from 'node:http';

export interface WebPage {
  origin: string;
  port: number;
  /** `METHOD path` of every request, in order of arrival. */
  requests: string[];
  close: () => Promise<void>;
}

/** Serves `pages` (path → HTML); every other path is 404. */
export async function aWebPage(pages: Record<string, string>, headers: Record<string, string> = {}): Promise<WebPage> {
  const requests: string[] = [];
  const server = createServer((request, response) => {
    const path = request.url ?? '/';
    requests.push(`${request.method} ${path}`);
    const html = pages[path];
    response.writeHead(html === undefined ? 404 : 200, { 'content-type': 'text/html; charset=utf-8', ...headers });
    response.end(html);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the server has no port');
  return {
    origin: `http://127.0.0.1:${address.port}`,
    port: address.port,
    requests,
    close: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}
