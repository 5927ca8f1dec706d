import type { Lookups, ServableFile } from '../state/lookups.ts';
import { type MediaClaim, payloadText } from './media-token.ts';

/** What links led to, for as long as the catalogue stays as it was then. */
export interface KnownFiles {
  /** As `findByKey`; `token` has been found genuine, and `claim` is what it holds. */
  find(token: string, claim: MediaClaim): ServableFile | undefined;
  /**
   * Changes with the catalogue. Requests that one turn of the event loop brings meet the same one, so it is asked once a turn.
   */
  stamp(): string;
}

/** Some hundred bytes each. */
const maxKnown = 20_000;

export function keepKnownFiles(lookups: Pick<Lookups, 'findByKey' | 'changeStamp'>): KnownFiles {
  const known = new Map<string, ServableFile>();
  let stampOfKnown = '';
  let stampOfTurn: string | undefined;
  const stamp = (): string => {
    if (stampOfTurn === undefined) {
      stampOfTurn = lookups.changeStamp();
      setImmediate(() => {
        stampOfTurn = undefined;
      });
    }
    return stampOfTurn;
  };
  return {
    stamp,
    find(token, claim) {
      if (stamp() !== stampOfKnown || known.size >= maxKnown) {
        known.clear();
        stampOfKnown = stamp();
      }
      const name = payloadText(token);
      let file = known.get(name);
      if (file === undefined) {
        file = lookups.findByKey(claim.sourceNo, claim.itemKey, claim.generation);
        if (file !== undefined) known.set(name, file);
      }
      return file;
    },
  };
}
