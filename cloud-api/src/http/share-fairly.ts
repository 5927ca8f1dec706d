/**
 * Shares this process between tenants, and between the keys of one tenant, so that no one of them makes the others wait. Two measures: how
 * many requests one of them may have open, and whose turn it is when more than a few could run.
 */
import { AppError } from '@nucleus/shared/failure/app-error';

export interface Shares {
  /** Requests of all tenants that may be open. */
  open: number;
  /** Requests whose work may run at once; the others wait for their turn. */
  running: number;
  /** Requests that any one key may have open, however idle the process is. */
  openPerKey: number;
}

interface Waiting {
  start: () => void;
}

/** Requests of one tenant. */
interface Tenant {
  open: number;
  byKey: Map<string, { open: number; waiting: Waiting[] }>;
}

export class FairShare {
  readonly #shares: Shares;
  /** In the order of their turns: who was served goes to the end. */
  readonly #tenants = new Map<string, Tenant>();
  #running = 0;
  #waiting = 0;

  constructor(shares: Shares) {
    this.#shares = shares;
  }

  /** Requests that wait for their turn. */
  get waiting(): number {
    return this.#waiting;
  }

  /**
   * Counts a request of a proven caller as open; the answer ends that. A tenant may have open what leaves the same for each of the others
   * and for one more that is not here yet.
   * @throws AppError `overloaded`, with the seconds after which to try again
   */
  open(tenantId: string, keyId: string): () => void {
    const tenant = this.#tenants.get(tenantId) ?? { open: 0, byKey: new Map() };
    const key = tenant.byKey.get(keyId) ?? { open: 0, waiting: [] };
    const present = this.#tenants.size + (this.#tenants.has(tenantId) ? 0 : 1);
    const perTenant = Math.max(1, Math.floor(this.#shares.open / (present + 1)));
    if (tenant.open >= perTenant || key.open >= this.#shares.openPerKey) {
      throw new AppError('overloaded', 'Too many of your requests are open: wait for some to end.', { retryAfterS: 1 });
    }
    tenant.open += 1;
    key.open += 1;
    this.#tenants.set(tenantId, tenant);
    tenant.byKey.set(keyId, key);
    let isOpen = true;
    return () => {
      if (!isOpen) return;
      isOpen = false;
      tenant.open -= 1;
      key.open -= 1;
      if (key.open === 0) tenant.byKey.delete(keyId);
      if (tenant.open === 0) this.#tenants.delete(tenantId);
    };
  }

  /** Runs the work of an open request when it is its caller's turn. */
  async run<Result>(tenantId: string, keyId: string, work: () => Promise<Result>): Promise<Result> {
    if (this.#running >= this.#shares.running) await this.#turn(tenantId, keyId);
    else this.#running += 1;
    try {
      return await work();
    } finally {
      const next = this.#takeNext();
      if (next === undefined) this.#running -= 1;
      else next.start();
    }
  }

  #turn(tenantId: string, keyId: string): Promise<void> {
    const key = this.#tenants.get(tenantId)?.byKey.get(keyId);
    if (key === undefined) throw new RangeError('only an open request may wait for its turn');
    this.#waiting += 1;
    return new Promise((start) => key.waiting.push({ start }));
  }

  /** The next of the tenant, and of its key, that was served the longest ago; both go to the end of their rows. */
  #takeNext(): Waiting | undefined {
    if (this.#waiting === 0) return undefined;
    for (const [tenantId, tenant] of this.#tenants) {
      for (const [keyId, key] of tenant.byKey) {
        const next = key.waiting.shift();
        if (next === undefined) continue;
        this.#waiting -= 1;
        tenant.byKey.delete(keyId);
        tenant.byKey.set(keyId, key);
        this.#tenants.delete(tenantId);
        this.#tenants.set(tenantId, tenant);
        return next;
      }
    }
    return undefined;
  }
}
