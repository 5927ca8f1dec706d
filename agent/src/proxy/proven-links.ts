import { timingSafeEqual } from 'node:crypto';
import { judgeLife, type SigningKey } from '@nucleus/shared/media/sealed-token';
import type { Lookups, ServableFile } from '../state/lookups.ts';
import type { MediaKeys } from './media-keys.ts';
import { commandLineSession, type MediaClaim, maxSpanSeconds, type TokenVerdict, verifyToken } from './media-token.ts';
import { prefersWebp } from './previews.ts';
import type { Headers } from './reply.ts';
import type { ViewerSessions } from './viewer-sessions.ts';

/** A link that was found genuine, by the very characters that it came in. */
export interface ProvenLink {
  readonly claim: MediaClaim;
  /** The proof is worth as long as this key opens links. */
  readonly signer: SigningKey;
  /** As sessions spell it; undefined when the command line made the link. */
  readonly sessionId: string | undefined;
  /** What the link led to, in the catalogue of `fileStamp`. */
  file: ServableFile | undefined;
  fileStamp: string;
  /** The catalogue in which it was last found servable. */
  servableStamp: string;
  /** Whole answers that were given to it, by what they depend on beside the link. */
  readonly answers: Map<string, KnownAnswer>;
}

/** The head of a whole answer: names and values in turn, the age last. */
export interface KnownAnswer {
  head: (string | number)[];
  /** Where the bytes of a preview are kept. */
  previewKey?: string;
  /** The row of an original, as far as the head speaks of it. */
  original?: Pick<ServableFile, 'path' | 'byteSize' | 'format'>;
}

export type LinkVerdict = { verdict: 'valid'; link: ProvenLink } | Exclude<TokenVerdict, { verdict: 'valid' }>;

/**
 * Remembers which links are genuine, so that the same characters need no second MAC. Whatever can change is judged anew each time:
 * whether the key still opens links, the link's life, its session, the item and its source. Nothing is remembered of a link that was
 * not genuine, so nobody can fill the memory without a key.
 */
export interface ProvenLinks {
  /** Judges a token as it came: MAC, life and session. */
  judge(token: string): LinkVerdict;
  /** The same of one that was found genuine before, and undefined for every other. */
  recall(token: string): ProvenLink | undefined;
  /** The file that a link opens in the catalogue as it is now. */
  fileOf(link: ProvenLink): ServableFile | undefined;
  /** Whether {@link fileOf} would find one in a source that is not suspended, at a third of the price. */
  isServable(link: ProvenLink): boolean;
}

export interface LinkParts {
  keys: MediaKeys;
  sessions: Pick<ViewerSessions, 'isLive'>;
  lookups: Pick<Lookups, 'findByKey' | 'isServable' | 'changeStamp'>;
  /** Seconds since 1970. */
  now: () => number;
}

/** About a kilobyte each. */
const maxKnown = 20_000;
const maxAnswers = 8;
const commandLine = Buffer.from(commandLineSession);

export function keepProvenLinks({ keys, sessions, lookups, now }: LinkParts): ProvenLinks {
  const known = new Map<string, ProvenLink>();
  let stampOfTurn: string | undefined;
  /** Changes with the catalogue. Requests that one turn of the event loop brings meet the same one, so it is asked once a turn. */
  const stamp = (): string => {
    if (stampOfTurn === undefined) {
      stampOfTurn = lookups.changeStamp();
      setImmediate(() => {
        stampOfTurn = undefined;
      });
    }
    return stampOfTurn;
  };
  const isOfLiveSession = ({ sessionId }: ProvenLink): boolean => sessionId === undefined || sessions.isLive(sessionId);

  const recall = (token: string): ProvenLink | undefined => {
    const link = known.get(token);
    if (link === undefined) return undefined;
    if (!keys.keyring().includes(link.signer)) {
      known.delete(token);
      return undefined;
    }
    return judgeLife(link.claim, now(), maxSpanSeconds) === 'valid' && isOfLiveSession(link) ? link : undefined;
  };

  return {
    recall,
    judge(token) {
      const before = recall(token);
      if (before !== undefined) return { verdict: 'valid', link: before };
      const keyring = keys.keyring();
      const found = verifyToken(token, keyring, now(), timingSafeEqual);
      if (found.verdict !== 'valid') return found;
      const { claim } = found;
      const signer = keyring.find(({ id }) => token.startsWith(`1.${id}.`));
      if (signer === undefined) return { verdict: 'refused' };
      const link: ProvenLink = {
        ...{ claim, signer, file: undefined, fileStamp: '', servableStamp: '', answers: new Map() },
        sessionId: commandLine.equals(claim.sessionId) ? undefined : Buffer.from(claim.sessionId).toString('base64url'),
      };
      if (!isOfLiveSession(link)) return { verdict: 'refused' };
      if (known.size >= maxKnown) known.delete(known.keys().next().value as string);
      known.set(token, link);
      return { verdict: 'valid', link };
    },
    fileOf(link) {
      const current = stamp();
      if (link.fileStamp !== current) {
        const { sourceNo, itemKey, generation } = link.claim;
        link.file = lookups.findByKey(sourceNo, itemKey, generation);
        link.fileStamp = current;
      }
      return link.file;
    },
    isServable(link) {
      const current = stamp();
      if (link.servableStamp === current) return true;
      const { sourceNo, itemKey, generation } = link.claim;
      if (!lookups.isServable(sourceNo, itemKey, generation)) return false;
      link.servableStamp = current;
      return true;
    },
  };
}

/** Remembers a whole answer to a link; of few kinds at a time, because what it depends on comes from the client. */
export function rememberAnswer(link: ProvenLink, look: string, headers: Headers, of: Omit<KnownAnswer, 'head'>): void {
  const { 'cache-control': age = '', ...others } = headers;
  if (link.answers.size >= maxAnswers) link.answers.clear();
  link.answers.set(look, { ...of, head: [...Object.entries(others).flat(), 'cache-control', age] });
}

/** What a whole answer to a link depends on, beside the link. */
export function lookOf(accept: string | undefined, origin: string | undefined): string {
  const type = prefersWebp(accept) ? 'webp' : 'jpeg';
  return origin === undefined ? type : `${type} ${origin}`;
}
