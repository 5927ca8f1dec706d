/** Cuts a stream of JPEGs that follow one another into pictures, by their markers (ITU-T T.81, annex B). */

const startOfImage = 0xd8;
const endOfImage = 0xd9;
const startOfScan = 0xda;
const mostBytes = 64 * 1024 * 1024;

/** @throws RangeError for bytes that are no JPEG, a picture that is cut off, or one of more than 64 MiB */
export async function* splitJpegs(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Buffer> {
  let rest: Buffer = Buffer.alloc(0);
  let place: Place = { at: 0, isScan: false };
  for await (const chunk of chunks) {
    rest = Buffer.concat([rest, chunk]);
    for (;;) {
      place = advance(rest, place);
      if (place.end === undefined) break;
      yield rest.subarray(0, place.end);
      rest = rest.subarray(place.end);
      place = { at: 0, isScan: false };
    }
    if (rest.length > mostBytes) throw new RangeError('a picture is too large');
  }
  if (rest.length > 0) throw new RangeError('a picture is cut off');
}

/** How far a picture is read: up to `at`, and whether that is in coded data. `end` is where it ends, once that is seen. */
interface Place {
  at: number;
  isScan: boolean;
  end?: number;
}

function advance(bytes: Buffer, from: Place): Place {
  let { at, isScan } = from;
  for (;;) {
    if (isScan) {
      at = bytes.indexOf(0xff, at);
      if (at < 0) return { at: bytes.length, isScan };
      const code = bytes[at + 1];
      if (code === undefined) return { at, isScan };
      // a stuffed byte and restarts are within the data
      if (code === 0 || (code >= 0xd0 && code <= 0xd7)) at += 2;
      else isScan = false;
      continue;
    }
    const code = bytes[at + 1];
    if (code === undefined) return { at, isScan };
    if (bytes[at] !== 0xff) throw new RangeError('this is no JPEG');
    if (code === endOfImage) return { at, isScan, end: at + 2 };
    if (code === startOfImage) at += 2;
    else if (code === 0xff) at += 1;
    else {
      if (at + 4 > bytes.length) return { at, isScan };
      const next = at + 2 + bytes.readUInt16BE(at + 2);
      if (next > bytes.length) return { at, isScan };
      at = next;
      isScan = code === startOfScan;
    }
  }
}
