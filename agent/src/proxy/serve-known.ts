import { closeSync, fstatSync } from 'node:fs';
import { openFollowing } from '../source/follow-link.ts';
import { openSafely } from '../source/open-safely.ts';
import type { ServableFile } from '../state/lookups.ts';
import { isCatalogued } from './media-headers.ts';
import type { KnownAnswer, ProvenLink } from './proven-links.ts';
import { readSmall } from './send-descriptor.ts';
import { ageOf, isDistant, type MediaParts } from './serve-media.ts';

/**
 * The short way for links that were answered whole before: a grid asks for hundreds at a time. Nothing of what decides is left out (the
 * link's proof and life, its session, the catalogue, the source, and of an original the whole safe open); what is remembered is what
 * these decided about, and the head of the reply as it was written the first time.
 */
export interface KnownAnswers {
  /**
   * The answer, if it can be given at once; undefined leaves the request to the long way. The host and the origin must have been
   * judged, and the request must ask for all of it unconditionally.
   * @param look of the request, by `lookOf`.
   */
  find(token: string, look: string): WholeReply | undefined;
}

export interface WholeReply {
  answer: KnownAnswer;
  /** Of the answer, as it is now. */
  age: string;
  body: Buffer;
  /** The body's memory is used again: it goes back with `returnSmall` once the system has taken it. */
  isLent: boolean;
}

export function keepKnownAnswers(parts: MediaParts): KnownAnswers {
  return {
    find(token, look) {
      const link = parts.links.recall(token);
      const answer = link?.answers.get(look);
      if (link === undefined || answer === undefined) return undefined;
      const { original } = answer;
      const body = original === undefined ? preview(parts, link, answer) : readOriginal(parts, link, original);
      return body && { answer, age: ageOf(link.claim, parts.now()), body, isLent: original !== undefined };
    },
  };
}

function preview({ links, previews }: MediaParts, link: ProvenLink, { previewKey }: KnownAnswer): Buffer | undefined {
  return previewKey !== undefined && links.isServable(link) ? previews.peek(previewKey) : undefined;
}

/** All of a small file that is there as it was catalogued, before and after it was read; anything else is for the long way to say. */
function readOriginal(
  { links, sources }: MediaParts,
  link: ProvenLink,
  said: NonNullable<KnownAnswer['original']>,
): Buffer | undefined {
  const file = links.fileOf(link);
  const source = file && sources.get(file.sourceNo);
  if (!source || file.sourceState === 'suspended' || isDistant(file) || !isAsSaid(file, said)) return undefined;
  let fd: number | undefined;
  try {
    const open = (source.followLinks ? openFollowing : openSafely)(source.folder, file.path);
    fd = open.fd;
    if (!isCatalogued(open.stat, file)) return undefined;
    const body = readSmall(fd, { from: 0, to: file.byteSize - 1 });
    return body && isCatalogued(fstatSync(fd), file) ? body : undefined;
  } catch {
    return undefined;
  } finally {
    if (fd !== undefined) closeSync(fd);
  }
}

/** A file that was moved keeps its link, and its head names it otherwise. */
function isAsSaid(file: ServableFile, said: NonNullable<KnownAnswer['original']>): boolean {
  return file.path.equals(said.path) && file.byteSize === said.byteSize && file.format === said.format;
}
