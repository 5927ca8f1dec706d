/** Bearer tokens of Google's and Microsoft's token services, asked for with what a customer has entrusted to us. */
import { createHash, createPrivateKey, sign } from 'node:crypto';
import { exchangeText } from './exchange-text.ts';
import { keepTokens } from './keep-tokens.ts';
import { type AzureAccess, type GcsAccess, TokenRefusal } from './store-access.ts';
import type { FetchPolicy } from './vet-target.ts';

const kept = keepTokens<string>();
const assertionSeconds = 600;

/**
 * Token of a service account that may read objects: a signed assertion, RFC 7523.
 * @throws TokenRefusal for an account that Google does not take, or a key that cannot be read
 */
export function askGoogle(
  account: GcsAccess['account'],
  service: string,
  policy: FetchPolicy,
  signal: AbortSignal,
): Promise<string> {
  return kept(nameOf('google', service, account.email, account.privateKey), () => {
    const now = Math.floor(Date.now() / 1000);
    const claim = {
      iss: account.email,
      scope: 'https://www.googleapis.com/auth/devstorage.read_only',
      aud: service,
      iat: now,
      exp: now + assertionSeconds,
    };
    const header = { alg: 'RS256', typ: 'JWT', ...(account.keyId === undefined ? {} : { kid: account.keyId }) };
    const unsigned = [header, claim].map((part) => Buffer.from(JSON.stringify(part)).toString('base64url')).join('.');
    const signature = signWith(account.privateKey, unsigned);
    return askFor(
      service,
      { grant_type: 'urn:ietf:params:oauth:grant-type:jwt-bearer', assertion: `${unsigned}.${signature}` },
      policy,
      signal,
    );
  });
}

/** Token of an application by its secret, RFC 6749 section 4.4. @throws TokenRefusal */
export function askMicrosoft(
  access: Extract<AzureAccess['access'], { type: 'client-secret' }>,
  authority: string,
  policy: FetchPolicy,
  signal: AbortSignal,
): Promise<string> {
  const service = `${authority.replace(/\/$/, '')}/${encodeURIComponent(access.directoryId)}/oauth2/v2.0/token`;
  return kept(nameOf('microsoft', service, access.clientId, access.clientSecret), () =>
    askFor(
      service,
      {
        grant_type: 'client_credentials',
        client_id: access.clientId,
        client_secret: access.clientSecret,
        scope: 'https://storage.azure.com/.default',
      },
      policy,
      signal,
    ),
  );
}

async function askFor(service: string, form: Record<string, string>, policy: FetchPolicy, signal: AbortSignal) {
  const parts = {
    method: 'POST' as const,
    headers: { 'content-type': 'application/x-www-form-urlencoded', 'accept': 'application/json' },
    body: Buffer.from(new URLSearchParams(form).toString()),
  };
  const reply = await exchangeText(service, parts, policy, signal);
  const said = readJson(reply.text);
  if (reply.status !== 200 || typeof said.access_token !== 'string') {
    throw new TokenRefusal(`the token service refused (${shortCode(said.error) ?? reply.status})`);
  }
  const lastsSeconds = typeof said.expires_in === 'number' ? said.expires_in : 600;
  return { value: said.access_token, endsAtMs: Date.now() + lastsSeconds * 1000 };
}

function signWith(pem: string, text: string): string {
  try {
    return sign('sha256', Buffer.from(text), createPrivateKey(pem)).toString('base64url');
  } catch (cause) {
    throw new TokenRefusal('the private key of the service account cannot be read', { cause });
  }
}

function readJson(text: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
  } catch {
    return {};
  }
}

/** Error codes of OAuth are words; anything else that a service says stays out of our sentences. */
function shortCode(value: unknown): string | undefined {
  return typeof value === 'string' && /^[a-z_]{1,40}$/.test(value) ? value : undefined;
}

/** Secrets are part of what a token depends on, and are not kept as names. */
function nameOf(...parts: string[]): string {
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex');
}
