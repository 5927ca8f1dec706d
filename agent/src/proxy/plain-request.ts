/**
 * Tells the one form of request that may be answered before the HTTP parser has seen it: a whole GET of a media link in HTTP/1.1, without
 * a body, with headers that change nothing about the answer or are known by name. It does not parse HTTP: every other form, odd, wrong or
 * only unusual, is left to the parser. Pure.
 */
export interface PlainRequest {
  token: string;
  /** Everything behind the request line, as it came. */
  block: string;
}

/** What the headers of a plain request say. */
export interface PlainHeaders {
  host: string;
  accept: string | undefined;
  origin: string | undefined;
  isLast: boolean;
}

const begin = 'GET /m/';
const versionMark = ' HTTP/1.1';
const lineEnd = '\r\n';
const tokenPattern = /^[A-Za-z0-9._-]+$/;
const maxBytes = 8192;

/** Headers that this server does not read on media links. Whatever frames a message, conditions it or asks for a part is not here. */
const unread = new Set([
  ...['accept-encoding', 'accept-language', 'cache-control', 'dnt', 'pragma', 'priority', 'referer', 'user-agent'],
  ...['sec-fetch-dest', 'sec-fetch-mode', 'sec-fetch-site', 'sec-gpc', 'save-data'],
  ...['sec-ch-ua', 'sec-ch-ua-mobile', 'sec-ch-ua-platform'],
  ...['x-forwarded-for', 'x-forwarded-host', 'x-forwarded-proto', 'x-real-ip'],
]);
/** A name, one colon, one blank, and visible ASCII with blanks inside alone. */
const headerPattern = /^([A-Za-z-]+): ([!-~](?:[ -~]*[!-~])?)$/;

/** @param chunk what came in one piece. */
export function readPlainRequest(chunk: Buffer): PlainRequest | undefined {
  if (chunk.length > maxBytes) return undefined;
  const text = chunk.toString('latin1');
  if (!text.startsWith(begin)) return undefined;
  const end = text.indexOf(lineEnd);
  const versionAt = end - versionMark.length;
  if (versionAt <= begin.length || !text.startsWith(versionMark, versionAt)) return undefined;
  const token = text.slice(begin.length, versionAt);
  return tokenPattern.test(token) ? { token, block: text.slice(end) } : undefined;
}

/** The headers of a block that holds one whole head and nothing behind it; undefined for every other. */
export function readPlainHeaders(block: string): PlainHeaders | undefined {
  if (!block.startsWith(lineEnd) || !block.endsWith(lineEnd + lineEnd)) return undefined;
  const known = new Map<string, string>();
  for (const line of block.slice(lineEnd.length, -2 * lineEnd.length).split(lineEnd)) {
    // what holds a lone CR or LF, an empty line or a folded one does not fit
    const [, name = '', value = ''] = headerPattern.exec(line) ?? [];
    const lower = name.toLowerCase();
    if (lower === 'host' || lower === 'accept' || lower === 'origin' || lower === 'connection') {
      if (known.has(lower)) return undefined;
      known.set(lower, value);
    } else if (!unread.has(lower)) return undefined;
  }
  const host = known.get('host');
  const connection = known.get('connection')?.toLowerCase() ?? 'keep-alive';
  if (host === undefined || (connection !== 'keep-alive' && connection !== 'close')) return undefined;
  return { host, accept: known.get('accept'), origin: known.get('origin'), isLast: connection === 'close' };
}
