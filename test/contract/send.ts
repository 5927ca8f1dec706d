/** Requests as clients send them. */

export interface Answer<Body = any> {
  status: number;
  headers: Headers;
  text: string;
  body: Body;
}

/** Basic credentials of a key: user, and an empty password. */
function basic(key: string): { authorization: string } {
  return { authorization: `Basic ${Buffer.from(`${key}:`).toString('base64')}` };
}

/** Sends JSON; the answer is read whole, and parsed when it is JSON. */
export async function send<Body = any>(
  url: string,
  options: {
    method?: string;
    key?: string;
    body?: unknown;
    raw?: string | Uint8Array;
    headers?: Record<string, string>;
  } = {},
): Promise<Answer<Body>> {
  const body = options.raw ?? (options.body === undefined ? undefined : JSON.stringify(options.body));
  const response = await fetch(url, {
    method: options.method ?? (body === undefined ? 'GET' : 'POST'),
    redirect: 'manual',
    headers: {
      ...(options.key === undefined ? {} : basic(options.key)),
      'content-type': 'application/json',
      ...options.headers,
    },
    ...(body === undefined ? {} : { body: body as BodyInit }),
  });
  const text = await response.text();
  const isJson = /[/+]json/.test(response.headers.get('content-type') ?? '');
  return {
    status: response.status,
    headers: response.headers,
    text,
    body: (isJson && text !== '' ? JSON.parse(text) : undefined) as Body,
  };
}
