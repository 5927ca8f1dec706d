import { timingSafeEqual } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { payloadText, stillOpens } from './media-token.ts';
import { prefersWebp } from './previews.ts';
import { ageOf, type HotAnswer, isLiveSession, type MediaParts } from './serve-media.ts';

/**
 * The short way for links to previews that lie in memory: a grid asks for hundreds at a time. Nothing of what decides is left out (the
 * link's MAC and life, its session, the catalogue, the source); what is remembered is what these decided about, and the head of the
 * reply as it was written the first time.
 */
export interface HotPreviews {
  /** Answers, if it can; false leaves the request as it was, for the long way. The host and the origin must have been judged. */
  serve(req: IncomingMessage, res: ServerResponse, token: string): boolean;
  /** Remembers an answer to a token that was found genuine. */
  remember(req: IncomingMessage, token: string, answer: HotAnswer): void;
}

interface Known extends Omit<HotAnswer, 'headers'> {
  /** Names and values in turn, `cache-control` last: as the head is written. */
  flat: (string | number)[];
  /** The catalogue in which it was found servable. */
  stamp: string;
}

/** A few hundred bytes each. */
const maxKnown = 20_000;

export function keepHotPreviews(parts: MediaParts, countReply: () => void): HotPreviews {
  const known = new Map<string, Known>();
  return {
    serve(req, res, token) {
      const { headers } = req;
      if (headers.range !== undefined || headers['if-none-match'] !== undefined) return false;
      const name = nameOf(req, token);
      const answer = known.get(name);
      if (answer === undefined) return false;
      const { claim, flat } = answer;
      const now = parts.now();
      if (!stillOpens(token, claim, parts.keys.keyring(), now, timingSafeEqual)) return false;
      if (!isLiveSession(parts.sessions, claim)) return false;
      const stamp = parts.files.stamp();
      if (answer.stamp !== stamp) {
        if (!parts.lookups.isServable(claim.sourceNo, claim.itemKey, claim.generation)) return false;
        answer.stamp = stamp;
      }
      const bytes = parts.previews.peek(answer.previewKey);
      if (bytes === undefined) {
        known.delete(name);
        return false;
      }
      flat[flat.length - 1] = ageOf(claim, now);
      res.writeHead(200, flat);
      res.end(bytes);
      parts.countBytes(bytes.length);
      countReply();
      return true;
    },
    remember(req, token, { claim, previewKey, headers }) {
      const { 'cache-control': age = '', ...others } = headers;
      const flat = [...Object.entries(others).flat(), 'cache-control', age];
      if (known.size >= maxKnown) known.delete(known.keys().next().value as string);
      known.set(nameOf(req, token), { claim, previewKey, flat, stamp: '' });
    },
  };
}

/** What an answer depends on, beside what is judged anew each time. */
function nameOf({ headers }: IncomingMessage, token: string): string {
  return `${payloadText(token)} ${prefersWebp(headers.accept) ? 'webp' : 'jpeg'} ${headers.origin ?? ''}`;
}
