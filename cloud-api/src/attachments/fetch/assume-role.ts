/** Takes on a role in a customer's account by an STS endpoint, under the external id that is this tenant's alone. */

import { Readable } from 'node:stream';
import { AppError } from '@nucleus/shared/failure/app-error';
import { exchangeText } from './exchange-text.ts';
import { keepTokens } from './keep-tokens.ts';
import { type OwnAwsKeys, TokenRefusal } from './store-access.ts';
import type { FetchPolicy } from './vet-target.ts';

export interface RoleParts {
  policy: FetchPolicy;
  stsEndpoint: string | undefined;
  ownKeys: OwnAwsKeys;
}

export interface RoleKeys {
  accessKeyId: string;
  secretAccessKey: string;
  sessionToken: string;
}

const sessionSeconds = 3600;
const kept = keepTokens<RoleKeys>();

/** Keys of a session in the role; kept until shortly before they end. @throws TokenRefusal with what STS said */
export function assumeRole(
  role: { roleArn: string; externalId: string },
  region: string,
  parts: RoleParts,
  signal: AbortSignal,
): Promise<RoleKeys> {
  return kept(JSON.stringify([role.roleArn, role.externalId, region, parts.stsEndpoint]), async () => {
    const { STSClient, AssumeRoleCommand } = await import('@aws-sdk/client-sts');
    const client = new STSClient({
      region,
      ...(parts.stsEndpoint === undefined ? {} : { endpoint: parts.stsEndpoint }),
      ...(parts.ownKeys === undefined ? {} : { credentials: parts.ownKeys }),
      maxAttempts: 2,
      requestHandler: throughOurDoor(parts.policy, signal),
    });
    try {
      const { Credentials: found } = await client.send(
        new AssumeRoleCommand({
          RoleArn: role.roleArn,
          ExternalId: role.externalId,
          RoleSessionName: 'nucleus-cloud',
          DurationSeconds: sessionSeconds,
        }),
      );
      if (found?.AccessKeyId === undefined || found.SecretAccessKey === undefined || found.SessionToken === undefined)
        throw new TokenRefusal('the role gave no keys');
      const value = {
        accessKeyId: found.AccessKeyId,
        secretAccessKey: found.SecretAccessKey,
        sessionToken: found.SessionToken,
      };
      return { value, endsAtMs: found.Expiration?.getTime() ?? Date.now() + sessionSeconds * 1000 };
    } catch (cause) {
      if (cause instanceof AppError || cause instanceof TokenRefusal) throw cause;
      throw new TokenRefusal(`the role could not be taken on (${cause instanceof Error ? cause.name : 'unknown'})`, {
        cause,
      });
    } finally {
      client.destroy();
    }
  });
}

interface SignedRequest {
  method: string;
  protocol: string;
  hostname: string;
  port?: number;
  path: string;
  query?: Record<string, string | string[] | null>;
  headers: Record<string, string>;
  body?: unknown;
}

/** Lets the SDK sign, and sends by the one way out. */
function throughOurDoor(policy: FetchPolicy, signal: AbortSignal) {
  return {
    handle: async (request: SignedRequest) => {
      const query = new URLSearchParams(
        Object.entries(request.query ?? {}).map(([name, value]): [string, string] => [name, String(value ?? '')]),
      );
      const port = request.port === undefined ? '' : `:${request.port}`;
      const search = query.size === 0 ? '' : `?${query}`;
      const { host: _host, 'content-length': _length, ...headers } = request.headers;
      const reply = await exchangeText(
        `${request.protocol}//${request.hostname}${port}${request.path}${search}`,
        {
          method: 'POST',
          headers,
          body: Buffer.from(
            typeof request.body === 'string' ? request.body : ((request.body as Uint8Array | undefined) ?? ''),
          ),
        },
        policy,
        signal,
      );
      const flat = Object.fromEntries(Object.entries(reply.headers).map(([name, value]) => [name, String(value)]));
      return { response: { statusCode: reply.status, headers: flat, body: Readable.from([Buffer.from(reply.text)]) } };
    },
  } as never;
}
