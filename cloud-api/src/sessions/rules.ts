/** How the cookie is called and guarded, which depends on where the dashboard stands. */
export interface CookiePolicy {
  name: string;
  secure: boolean;
}

const loopbackHosts = new Set(['127.0.0.1', '[::1]', 'localhost']);

/** Whether a host is this machine, where browsers trust plain http. */
export function isLoopbackHost(hostname: string): boolean {
  return loopbackHosts.has(hostname) || hostname.endsWith('.localhost');
}

/** `__Host-` needs `Secure`, and browsers keep secure cookies from https and loopback only. */
export function cookiePolicy(publicUrl: URL): CookiePolicy {
  const secure = publicUrl.protocol === 'https:' || isLoopbackHost(publicUrl.hostname);
  return { name: secure ? '__Host-nucleus' : 'nucleus', secure };
}

/** The `Set-Cookie` that opens a session; without a value, the one that ends it. */
export function sessionCookie(policy: CookiePolicy, value: string | undefined, maxAgeS: number): string {
  const life = value === undefined ? 'Max-Age=0' : `Max-Age=${maxAgeS}`;
  return `${policy.name}=${value ?? ''}; Path=/; ${life}; HttpOnly; SameSite=Lax${policy.secure ? '; Secure' : ''}`;
}

/** Value of the session's cookie in a `Cookie` header. A name that occurs twice is refused: one of the two was planted. */
export function readCookie(policy: CookiePolicy, header: string | undefined): string | undefined {
  const values = (header ?? '')
    .split(';')
    .map((part) => part.trim())
    .filter((part) => part.startsWith(`${policy.name}=`))
    .map((part) => part.slice(policy.name.length + 1));
  return values.length === 1 ? values[0] : undefined;
}

/** Failed tries that one address may make in a window. */
const triesPerWindow = 10;
const windowMs = 60_000;

/** Counts failed sign-ins by address. Pure but for its own memory; time is an argument. */
export class SignInLimit {
  readonly #failures = new Map<string, { count: number; endsAt: number }>();

  /** Seconds to wait before the next try; 0 when it may be made. */
  waitS(address: string, nowMs: number): number {
    const entry = this.#failures.get(address);
    if (entry === undefined || entry.endsAt <= nowMs || entry.count < triesPerWindow) return 0;
    return Math.ceil((entry.endsAt - nowMs) / 1000);
  }

  /** Remembers a try that failed. */
  failed(address: string, nowMs: number): void {
    for (const [key, entry] of this.#failures) if (entry.endsAt <= nowMs) this.#failures.delete(key);
    const entry = this.#failures.get(address) ?? { count: 0, endsAt: nowMs + windowMs };
    this.#failures.set(address, { ...entry, count: entry.count + 1 });
  }
}
