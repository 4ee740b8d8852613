import { isIPv6 } from 'node:net';
import { RateLimiterMemory, type RateLimiterRes } from 'rate-limiter-flexible';
import { Problem } from '../kernel/problem.js';

/** Counts attempts by key over a window, in this process. */
export class Attempts {
  private readonly limiter: RateLimiterMemory;

  /**
   * @param allowed how many attempts a key has in a window
   * @param seconds how long the window is, from a key's first attempt on
   */
  constructor(
    private readonly allowed: number,
    seconds: number,
  ) {
    this.limiter = new RateLimiterMemory({ points: allowed, duration: seconds });
  }

  /**
   * Refuses a key that has no attempt left.
   * @throws Problem `too_many_requests`
   */
  async require(key: string): Promise<void> {
    const used = await this.limiter.get(key);
    const alive = used !== null && used.msBeforeNext > 0;
    if (alive && used.consumedPoints >= this.allowed) throw tooMany(used);
  }

  /** Counts an attempt of a key. */
  async count(key: string): Promise<void> {
    await this.limiter.penalty(key);
  }

  /**
   * Counts an attempt of a key, if it has one left.
   * @throws Problem `too_many_requests`
   */
  async take(key: string): Promise<void> {
    const used = await this.limiter.penalty(key);
    if (used.consumedPoints <= this.allowed) return;
    await this.giveBack(key);
    throw tooMany(used);
  }

  /** Forgets one attempt of a key. */
  async giveBack(key: string): Promise<void> {
    await this.limiter.reward(key);
  }

  /** Forgets the attempts of a key. */
  async forget(key: string): Promise<void> {
    await this.limiter.delete(key);
  }
}

function tooMany(used: RateLimiterRes): Problem {
  const retry_after = Math.max(1, Math.ceil(used.msBeforeNext / 1_000));
  return new Problem('too_many_requests', { extra: { retry_after } });
}

/**
 * What stands for the sender of a request when attempts are counted: the address, or of an IPv6 address the first 64
 * bits, since whoever has one of those has them all.
 */
export function senderKey(address: string): string {
  if (!isIPv6(address)) return address;
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address)?.[1];
  if (mapped !== undefined) return mapped;
  const [head = '', tail] = address.split('::');
  const groups = head === '' ? [] : head.split(':');
  const after = tail === undefined || tail === '' ? [] : tail.split(':');
  const missing = tail === undefined ? 0 : 8 - groups.length - after.length;
  const all = [...groups, ...new Array<string>(Math.max(0, missing)).fill('0'), ...after];
  return all.slice(0, 4).join(':');
}
