/** A wish for memory. `granted` is called when it comes true later than at once. */
export interface Claim {
  readonly bytes: number;
  readonly granted: () => void;
}

const SMALL = 64 * 1024;

/**
 * The memory that messages not yet whole may take, shared by all connections. A message gets room for its whole length
 * before its body is read, so that those admitted always can be completed; the others wait in the order they came.
 * An eighth is kept for small messages, which large ones thus cannot hold up.
 */
export class FrameBudget {
  private used = 0;
  private readonly held = new Set<Claim>();
  private readonly waiting = new Set<Claim>();

  constructor(private readonly total: number) {}

  /** Takes the claimed bytes: now (true), or later by calling `granted`. A claim is given back by `release`. */
  take(claim: Claim): boolean {
    if (this.fits(claim) && (claim.bytes <= SMALL || this.waiting.size === 0)) {
      this.hold(claim);
      return true;
    }
    this.waiting.add(claim);
    return false;
  }

  /** Gives the claim's bytes back, or stops waiting for them. */
  release(claim: Claim): void {
    this.waiting.delete(claim);
    if (this.held.delete(claim)) this.used -= claim.bytes;
    for (const next of this.waiting) {
      if (!this.fits(next)) break;
      this.waiting.delete(next);
      this.hold(next);
      next.granted();
    }
  }

  private fits(claim: Claim): boolean {
    // A message larger than the whole budget may still pass when it is alone.
    const limit = claim.bytes <= SMALL ? this.total : this.total - this.total / 8;
    return this.used === 0 || this.used + claim.bytes <= limit;
  }

  private hold(claim: Claim): void {
    this.held.add(claim);
    this.used += claim.bytes;
  }
}
