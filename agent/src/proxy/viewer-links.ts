import { AppError } from '@nucleus/shared/failure/app-error';
import { type MediaLink, type Variant, variants } from '@nucleus/shared/wire/local';
import { type NoPixelsCode, noPixelsSentences } from '../record/exceptions.ts';
import type { Lookups, ServableFile } from '../state/lookups.ts';
import type { MediaKeys } from './media-keys.ts';
import { commandLineSession, linkTimes, linkTimesFor, maxLinkMinutes, signToken } from './media-token.ts';
import type { LocalHandlers } from './mount-endpoints.ts';
import type { ServedSource } from './serve-media.ts';

/** Makes media links: in batches for sessions, one at a time for the command line. */

export interface LinkParts {
  lookups: Lookups;
  sources: ReadonlyMap<number, ServedSource>;
  keys: MediaKeys;
  /** Origin under which browsers reach this agent. */
  publicUrl: string;
  /** Whether previews can be made of videos now. */
  showsVideos: () => boolean;
  /** Seconds since 1970. */
  now: () => number;
}

/** What `nucleus-agent link` asks for; without an alias the id must be in one source only. */
export interface LinkRequest {
  alias?: string | undefined;
  referenceId: string;
  variant: Variant;
  /** 1 to 60; rounded up to a step of five minutes. */
  minutes: number;
}

export function linkHandlers(parts: LinkParts): Pick<LocalHandlers, 'mintMediaLinks'> {
  const sourceNos = new Map([...parts.sources.values()].map((source) => [source.alias, source.sourceNo]));
  return {
    mintMediaLinks({ body, caller }) {
      const sessionId = Buffer.from(caller.session?.sessionId ?? '', 'base64url');
      const times = linkTimes(parts.now());
      const links = body.items.map((item): MediaLink => {
        const sourceNo = sourceNos.get(item.source);
        const file = sourceNo === undefined ? undefined : parts.lookups.findByReference(sourceNo, item.reference_id);
        if (!file) return { reference_id: item.reference_id, error: 'item-not-found' };
        if (file.sourceState === 'suspended') return { reference_id: item.reference_id, error: 'source-suspended' };
        const why = whyNoPreview(parts, file, item.variant);
        if (why !== undefined) return { reference_id: item.reference_id, error: 'no-preview', why };
        const url = linkTo(parts, file, item.variant, times, sessionId);
        return { reference_id: item.reference_id, url, expires_at: times.expiresAt };
      });
      return { links };
    },
  };
}

/** A link for the command line. @throws AppError item-not-found; unsupported-media-type; usage when an alias is missing or the minutes are out of range. */
export function mintLink(parts: LinkParts, request: LinkRequest): { url: string; expiresAt: number } {
  if (!(request.minutes >= 1 && request.minutes <= maxLinkMinutes)) {
    throw new AppError('usage', `--minutes must be 1 to ${maxLinkMinutes}.`);
  }
  const files = [...parts.sources.values()]
    .filter((source) => request.alias === undefined || source.alias === request.alias)
    .map((source) => parts.lookups.findByReference(source.sourceNo, request.referenceId))
    .filter((file) => file !== undefined);
  const [file] = files;
  if (!file) throw new AppError('item-not-found', 'No catalogued file has this reference id.');
  if (files.length > 1) {
    throw new AppError('usage', 'More than one source has this reference id; say which with --source ALIAS.');
  }
  const why = whyNoPreview(parts, file, request.variant);
  if (why !== undefined) throw new AppError('unsupported-media-type', noPixelsSentences[why]);
  const times = linkTimesFor(parts.now(), request.minutes);
  return { url: linkTo(parts, file, request.variant, times, commandLineSession), expiresAt: times.expiresAt };
}

/** Why a link to this variant would bring nothing; undefined when it may bring a picture. */
function whyNoPreview(
  { showsVideos }: LinkParts,
  { noPixels }: ServableFile,
  variant: Variant,
): NoPixelsCode | undefined {
  if (variant === 'original' || noPixels === null || (noPixels === 'video' && showsVideos())) return undefined;
  return noPixels;
}

function linkTo(
  parts: LinkParts,
  file: ServableFile,
  variant: Variant,
  times: { notBefore: number; expiresAt: number },
  sessionId: Uint8Array,
): string {
  const { sourceNo, itemKey, generation } = file;
  const claim = { sourceNo, itemKey, generation, variant: variants.indexOf(variant), ...times, sessionId };
  return `${parts.publicUrl}/m/${signToken(claim, parts.keys.keyring()[0])}`;
}
