import { describe, expect, test } from 'vitest';
import { readPlainHeaders, readPlainRequest } from './plain-request.ts';

const token = `1.AAAAAAAA.${'p'.repeat(66)}.${'m'.repeat(43)}`;
const head = `GET /m/${token} HTTP/1.1\r\nHost: 127.0.0.1:8787\r\n`;
const browser =
  'Connection: keep-alive\r\nsec-ch-ua-platform: "Linux"\r\nUser-Agent: Mozilla/5.0 (X11; Linux x86_64)\r\nAccept: image/avif,image/webp,*/*;q=0.8\r\nSec-Fetch-Site: cross-site\r\nAccept-Encoding: gzip, deflate, br\r\n';

/** What the headers of a request in one piece are taken for. */
const read = (text: string) => {
  const request = readPlainRequest(Buffer.from(text, 'latin1'));
  const headers = request && readPlainHeaders(request.block);
  return headers && { token: request.token, ...headers };
};

describe('a plain request', () => {
  test.each([
    [head, { accept: undefined, origin: undefined, isLast: false }],
    [`${head}${browser}`, { accept: 'image/avif,image/webp,*/*;q=0.8', origin: undefined, isLast: false }],
    [`${head}origin: https://dash.example.com\r\n`, { origin: 'https://dash.example.com' }],
    [`${head}CONNECTION: Close\r\n`, { isLast: true }],
  ])('%# is told with what its answer depends on', (text, said) => {
    expect(read(`${text}\r\n`)).toMatchObject({ token, host: '127.0.0.1:8787', ...said });
  });

  /** Whatever a parser may understand otherwise, or answers otherwise. */
  const others: [string, string][] = [
    ['another method', head.replace('GET', 'HEAD')],
    ['a method in small letters', head.replace('GET', 'get')],
    ['an unfinished head', head.slice(0, -2)],
    ['half a head', head.slice(0, 60)],
    ['HTTP/1.0', head.replace('1.1', '1.0')],
    ['HTTP/2', head.replace('HTTP/1.1', 'HTTP/2.0')],
    ['no version', head.replace(' HTTP/1.1', '')],
    ['two blanks before the version', head.replace(' HTTP', '  HTTP')],
    ['a tab before the target', head.replace('GET ', 'GET\t')],
    ['an absolute target', head.replace('/m/', 'http://127.0.0.1:8787/m/')],
    ['another path', head.replace('/m/', '/assets/main/')],
    ['a query', head.replace(' HTTP', '?x=1 HTTP')],
    ['a fragment', head.replace(' HTTP', '#x HTTP')],
    ['a slash behind the token', head.replace(' HTTP', '/ HTTP')],
    ['dots and slashes', head.replace(token, '../../etc/passwd')],
    ['an encoded dot', head.replace('1.A', '1%2EA')],
    ['a NUL in the target', head.replace('1.A', '1.\0A')],
    ['a byte outside of ASCII', head.replace('1.A', '1.\xe9A')],
    ['a line end before it', `\r\n${head}`],
    ['lines that end in LF alone', head.replaceAll('\r\n', '\n')],
    ['one line that ends in LF alone', `${head}Accept: a\nAccept-Language: b\r\n`],
    ['a lone CR', `${head}Accept: a\rb\r\n`],
    ['no Host', `GET /m/${token} HTTP/1.1\r\n`],
    ['two Hosts', `${head}Host: evil.test\r\n`],
    ['two Origins', `${head}Origin: https://a.test\r\nOrigin: https://b.test\r\n`],
    ['a blank before the colon', `${head}Accept : */*\r\n`],
    ['no blank behind the colon', `${head}Accept:*/*\r\n`],
    ['a blank at the end of a value', `${head}Accept: */* \r\n`],
    ['a tab in a value', `${head}Accept: */*;\tq=1\r\n`],
    ['a NUL in a value', `${head}Accept: a\0b\r\n`],
    ['a value outside of ASCII', `${head}User-Agent: \xff\r\n`],
    ['an empty value', `${head}Accept: \r\n`],
    ['a folded line', `${head}Accept: a\r\n b\r\n`],
    ['an empty name', `${head}: x\r\n`],
    ['a line without a colon', `${head}nonsense\r\n`],
    ['a name with a colon in it', `${head}a:b: c\r\n`],
    ['a length', `${head}Content-Length: 0\r\n`],
    ['a body', `${head}Content-Length: 4\r\n\r\nbody`],
    ['chunks', `${head}Transfer-Encoding: chunked\r\n`],
    ['chunks with a vertical tab', `${head}Transfer-Encoding: \x0bchunked\r\n`],
    ['trailers', `${head}TE: trailers\r\n`],
    ['an upgrade', `${head}Connection: Upgrade\r\nUpgrade: websocket\r\n`],
    ['a connection option that names a header', `${head}Connection: keep-alive, accept\r\n`],
    ['two of Connection', `${head}Connection: close\r\nConnection: keep-alive\r\n`],
    ['an expectation', `${head}Expect: 100-continue\r\n`],
    ['a range', `${head}Range: bytes=0-1\r\n`],
    ['a condition', `${head}If-None-Match: "x"\r\n`],
    ['another condition', `${head}If-Modified-Since: Mon, 23 Nov 2026 00:00:00 GMT\r\n`],
    ['a bearer', `${head}Authorization: Bearer x\r\n`],
    ['a cookie', `${head}Cookie: a=b\r\n`],
    ['an unknown header', `${head}X-Whatever: 1\r\n`],
    ['a name of an object', `${head}constructor: 1\r\n`],
    ['two requests', `${head}\r\n${head}`],
    ['something behind it', `${head}\r\nx\r\n`],
    ['more than a head may have', `${head}User-Agent: ${'a'.repeat(9000)}\r\n`],
  ];
  test.each(others)('is not one with %s', (_, text) => expect(read(`${text}\r\n`)).toBeUndefined());

  test('most of these would pass one that only looks for the line and the end', () => {
    const careless = (text: string): boolean => /^GET \S*\/m\/\S+ HTTP\/1\.\d\r?\n[\s\S]*\n\r?\n$/.test(text);
    expect(others.filter(([, text]) => careless(`${text}\r\n`)).length).toBeGreaterThan(30);
  });
});
