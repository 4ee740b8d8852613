import { randomBytes } from 'node:crypto';
import { availableParallelism } from 'node:os';
import { Injectable } from '@nestjs/common';
import { hash, verify } from '@node-rs/argon2';
import { Problem } from '../kernel/problem.js';

/** argon2id (the library's default kind) with 19 MiB and two passes, as OWASP advises. */
const COST = { memoryCost: 19_456, timeCost: 2, parallelism: 1 };

/**
 * How many hashes are computed at once: each keeps a core busy and one of the four threads that files are read by, and
 * the ledger needs both. One on two cores, two on four or more.
 */
const AT_ONCE = Math.max(1, Math.min(2, Math.floor(availableParallelism() / 2)));

/** How many may wait for their turn, some two seconds' worth. */
const MAX_WAITING = 200;

/** Hashes and checks passwords, a few at a time, so that many log-ins at once cannot starve everything else. */
@Injectable()
export class Passwords {
  private running = 0;
  private done = 0;
  private readonly waiting: (() => void)[] = [];
  private readonly nobodys: Promise<string> = hash(randomBytes(32), COST);

  /** How many hashes were computed for requests so far. */
  get computed(): number {
    return this.done;
  }

  /** How many requests wait for their hash. */
  get queued(): number {
    return this.waiting.length;
  }

  /**
   * The hash of a password, in PHC form.
   * @throws Problem `service_unavailable` when too many wait already.
   */
  hash(password: string): Promise<string> {
    return this.inTurn(() => hash(composed(password), COST));
  }

  /**
   * Whether a password is the one that was hashed. Without a hash, for a user who doesn't exist, it answers false
   * after the same work.
   * @throws Problem `service_unavailable` when too many wait already.
   */
  matches(password: string, known: string | undefined): Promise<boolean> {
    return this.inTurn(async () => {
      const same = await verify(known ?? (await this.nobodys), composed(password));
      return same && known !== undefined;
    });
  }

  private async inTurn<Result>(work: () => Promise<Result>): Promise<Result> {
    if (this.running < AT_ONCE) this.running += 1;
    else await this.place();
    try {
      this.done += 1;
      return await work();
    } finally {
      const next = this.waiting.shift();
      // The place is handed on, so that nobody who comes in between takes it.
      if (next) next();
      else this.running -= 1;
    }
  }

  private place(): Promise<void> {
    if (this.waiting.length >= MAX_WAITING) {
      throw new Problem('service_unavailable', { detail: 'Too many log-ins are waiting' });
    }
    return new Promise((resolve) => this.waiting.push(resolve));
  }
}

/** One form for what keyboards write in several ways. */
function composed(password: string): string {
  return password.normalize('NFKC');
}
