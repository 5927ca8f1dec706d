/** Tries an integration's credentials and says in one sentence what a person has to put right. */
import { AppError } from '@nucleus/shared/failure/app-error';
import { type Exchanged, exchangeText } from './exchange-text.ts';
import { type LocateParts, requestFor } from './locate-content.ts';
import type { StoreAccess } from './store-access.ts';

export type ProbeCode =
  | 'ok'
  | 'not-verified'
  | 'credentials-refused'
  | 'access-denied'
  | 'place-not-found'
  | 'object-not-found'
  | 'unreachable';

export interface Verdict {
  code: ProbeCode;
  message: string;
}

const absentKey = 'nucleus-integration-test-no-such-object';

/**
 * Asks for one byte of `key`, or for an object that is not there: what a store says of that tells whether it knows us.
 * Never throws; everything is a verdict.
 */
export async function probeStore(
  access: StoreAccess,
  key: string | undefined,
  parts: LocateParts,
  signal: AbortSignal,
): Promise<Verdict> {
  let reply: Exchanged;
  try {
    const request = await requestFor(access, key ?? absentKey, parts, signal);
    reply = await exchangeText(
      request.url,
      { headers: { ...request.headers, range: 'bytes=0-0' } },
      parts.policy,
      signal,
    );
  } catch (error) {
    if (error instanceof AppError) return { code: 'credentials-refused', message: error.message };
    return {
      code: 'unreachable',
      message: 'The store cannot be reached: check its address and whether it is allowed here.',
    };
  }
  return judge(reply, key !== undefined);
}

const refusedCodes =
  /InvalidAccessKeyId|SignatureDoesNotMatch|InvalidToken|ExpiredToken|TokenRefreshRequired|AuthenticationFailed|InvalidAuthenticationInfo/;
const noPlaceCodes = /NoSuchBucket|ContainerNotFound|specified bucket does not exist|AccountIsDisabled/;

/** What a store's answer means. Pure. */
function judge({ status, headers, text }: Exchanged, isReal: boolean): Verdict {
  const said = `${String(headers['x-ms-error-code'] ?? '')} ${text}`;
  if (status === 200 || status === 206 || status === 416) return { code: 'ok', message: 'The object can be read.' };
  if (noPlaceCodes.test(said))
    return { code: 'place-not-found', message: 'The store answers, but has no such bucket or container.' };
  if (status === 404 && !isReal) return { code: 'ok', message: 'The store answers and the credentials are accepted.' };
  if (status === 404)
    return { code: 'object-not-found', message: 'The credentials are accepted, but the store has no such object.' };
  if (status === 401 || (status === 403 && refusedCodes.test(said)) || (status === 400 && refusedCodes.test(said)))
    return { code: 'credentials-refused', message: 'The store refused the credentials.' };
  // Without the right to list, Amazon and Google answer so for what is not there, too.
  if (status === 403 && !isReal && headers['x-ms-error-code'] === undefined)
    return {
      code: 'not-verified',
      message: 'The store answers, but does not say whether objects may be read: name one to test with.',
    };
  if (status === 403)
    return { code: 'access-denied', message: 'The credentials are known, but may not read objects there.' };
  return { code: 'unreachable', message: `The store answered with status ${status}.` };
}
