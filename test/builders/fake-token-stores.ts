/**
 * FAKES, for what no server of its own can be had here: Google's token service and the media GET of its JSON API, Amazon's STS, and
 * Microsoft's token service with blobs behind bearer tokens. They check what a real one would of the credentials (the signature of an
 * assertion, the role and its external id, the client secret, the bearer token) and know nothing else.
 */
import { generateKeyPairSync, randomBytes, verify } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { text } from 'node:stream/consumers';

export interface FakeTokenStores {
  origin: string;
  /** A service account that the fake knows. */
  account: { client_email: string; private_key: string; private_key_id: string };
  /** Objects by `BUCKET/KEY` (Google) and by `ACCOUNT/CONTAINER/BLOB` (Azure). */
  objects: Map<string, Buffer>;
  role: { arn: string; externalId: string; keys: { accessKeyId: string; secretAccessKey: string } };
  client: { directory_id: string; client_id: string; client_secret: string };
  /** Path of every request, in order. */
  requests: string[];
  close: () => Promise<void>;
}

export async function fakeTokenStores(roleKeys: {
  accessKeyId: string;
  secretAccessKey: string;
}): Promise<FakeTokenStores> {
  const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const tokens = new Set<string>();
  const fake: Omit<FakeTokenStores, 'close'> = {
    origin: '',
    account: {
      client_email: 'reader@project.iam.gserviceaccount.test',
      private_key: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
      private_key_id: 'key-1',
    },
    objects: new Map(),
    role: { arn: 'arn:aws:iam::123456789012:role/NucleusReader', externalId: '', keys: roleKeys },
    client: { directory_id: 'directory-1', client_id: 'client-1', client_secret: 'the client secret' },
    requests: [],
  };
  const grant = (response: ServerResponse): void => {
    const token = randomBytes(16).toString('hex');
    tokens.add(token);
    json(response, 200, { access_token: token, expires_in: 3600, token_type: 'Bearer' });
  };
  const server = createServer(async (request, response) => {
    const url = new URL(request.url ?? '/', fake.origin);
    fake.requests.push(url.pathname);
    const form = new URLSearchParams(request.method === 'POST' ? await text(request) : '');
    if (url.pathname === '/google/token') {
      const [head = '', claim = '', mac = ''] = (form.get('assertion') ?? '').split('.');
      const good = verify('sha256', Buffer.from(`${head}.${claim}`), publicKey, Buffer.from(mac, 'base64url'));
      const said = good ? JSON.parse(Buffer.from(claim, 'base64url').toString()) : {};
      const isRight = said.iss === fake.account.client_email && said.aud === `${fake.origin}/google/token`;
      return isRight ? grant(response) : json(response, 400, { error: 'invalid_grant' });
    }
    if (url.pathname === `/${fake.client.directory_id}/oauth2/v2.0/token`) {
      const { client_id, client_secret } = fake.client;
      const isRight = form.get('client_id') === client_id && form.get('client_secret') === client_secret;
      return isRight ? grant(response) : json(response, 401, { error: 'invalid_client' });
    }
    if (form.get('Action') === 'AssumeRole') return assume(fake, request, form, response);
    if (!tokens.has((request.headers.authorization ?? '').replace(/^Bearer /, ''))) return json(response, 401, {});
    const google = /^\/storage\/v1\/b\/([^/]+)\/o\/([^/]+)$/.exec(url.pathname);
    const name = google === null ? url.pathname.slice(1) : `${google[1]}/${decodeURIComponent(google[2] ?? '')}`;
    const object = fake.objects.get(name);
    if (object === undefined) return json(response, 404, { error: { message: 'No such object' } });
    response.writeHead(200, { 'content-length': object.length }).end(object);
  }).listen(0, '127.0.0.1');
  const sockets = new Set<Socket>();
  server.on('connection', (socket) => sockets.add(socket));
  await once(server, 'listening');
  fake.origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return Object.assign(fake, {
    close: async () => {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  });
}

function assume(
  { role }: Pick<FakeTokenStores, 'role'>,
  request: IncomingMessage,
  form: URLSearchParams,
  response: ServerResponse,
): void {
  const isSigned = /^AWS4-HMAC-SHA256 Credential=OWN-KEY\//.test(request.headers.authorization ?? '');
  const isRight = isSigned && form.get('RoleArn') === role.arn && form.get('ExternalId') === role.externalId;
  response.writeHead(isRight ? 200 : 403, { 'content-type': 'text/xml' }).end(
    isRight
      ? `<AssumeRoleResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><AssumeRoleResult><Credentials>
         <AccessKeyId>${role.keys.accessKeyId}</AccessKeyId><SecretAccessKey>${role.keys.secretAccessKey}</SecretAccessKey>
         <SessionToken>session-token</SessionToken><Expiration>${new Date(Date.now() + 3_600_000).toISOString()}</Expiration>
         </Credentials></AssumeRoleResult><ResponseMetadata><RequestId>1</RequestId></ResponseMetadata></AssumeRoleResponse>`
      : `<ErrorResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><Error><Type>Sender</Type><Code>AccessDenied</Code>
         <Message>no</Message></Error><RequestId>1</RequestId></ErrorResponse>`,
  );
}

function json(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}
