/** Bounds the bytes of bodies that are held in memory at once, so that no number of large ones takes all of it. */
import { AppError } from '@nucleus/shared/failure/app-error';

/** Bodies up to this size are not counted: the number of open requests bounds them. */
const smallBytes = 64 * 1024;

export class BodyBudget {
  readonly #bytes: number;
  readonly #byTenant = new Map<string, number>();
  #held = 0;

  /** @param bytes that the bodies of all tenants may have together */
  constructor(bytes: number) {
    this.#bytes = bytes;
  }

  get heldBytes(): number {
    return this.#held;
  }

  /**
   * Counts a body from before its first byte is read; the answer ends that. A tenant may hold what leaves the same for each of the others
   * and for one more that is not here yet, and always one body.
   * @throws AppError `overloaded`, with the seconds after which to try again
   */
  hold(tenantId: string, bytes: number): () => void {
    if (bytes <= smallBytes) return () => undefined;
    const own = this.#byTenant.get(tenantId) ?? 0;
    const present = this.#byTenant.size + (own === 0 ? 1 : 0);
    const share = Math.floor(this.#bytes / (present + 1));
    if (this.#held + bytes > this.#bytes || (own > 0 && own + bytes > share))
      throw new AppError('overloaded', 'Too many large bodies are being read: try again.', { retryAfterS: 1 });
    this.#count(tenantId, bytes);
    let isHeld = true;
    return () => {
      if (isHeld) this.#count(tenantId, -bytes);
      isHeld = false;
    };
  }

  #count(tenantId: string, bytes: number): void {
    this.#held += bytes;
    const own = (this.#byTenant.get(tenantId) ?? 0) + bytes;
    if (own === 0) this.#byTenant.delete(tenantId);
    else this.#byTenant.set(tenantId, own);
  }
}
