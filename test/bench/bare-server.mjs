/**
 * The bound of the library: node:http that answers the files of a folder from memory with the head of an answer of ours, and judges
 * nothing. Usage: `node bare-server.mjs FOLDER HEAD`; HEAD is the JSON of names and values in turn. Prints its port as JSON.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { join } from 'node:path';

const [folder, head] = process.argv.slice(2);
const files = new Map(readdirSync(folder).map((name) => [`/${name}`, readFileSync(join(folder, name))]));
const flat = [...JSON.parse(head), 'content-length', 0];
const server = createServer((req, res) => {
  const body = files.get(req.url);
  if (!body) return void res.writeHead(404).end();
  flat[flat.length - 1] = body.length;
  res.writeHead(200, flat);
  res.end(body);
});
server.listen(0, '127.0.0.1', () => process.stdout.write(`${JSON.stringify({ port: server.address().port })}\n`));
process.on('SIGTERM', () => process.exit(0));
