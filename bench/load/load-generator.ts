import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

import type { Job, Outcome } from './job.js';

const PROGRAM = fileURLToPath(new URL('process.js', import.meta.url));

type Message = { readonly outcome: Outcome } | { readonly failure: string };

/** A process that puts load on a service. */
export class LoadGenerator {
  private constructor(private readonly child: ChildProcess) {}

  static start(): LoadGenerator {
    return new LoadGenerator(fork(PROGRAM, { execArgv: [], stdio: ['ignore', 'inherit', 'inherit', 'ipc'] }));
  }

  /** Does one job. @throws Error when an answer has another status than those expected, or a connection fails. */
  async run(job: Job): Promise<Outcome> {
    const ended = new AbortController();
    const answer = once(this.child, 'message', { signal: ended.signal });
    const lost = once(this.child, 'exit', { signal: ended.signal }).then(() => {
      throw new Error('The load generator ended');
    });
    this.child.send(job);
    try {
      const [message] = (await Promise.race([answer, lost])) as [Message];
      if ('failure' in message) throw new Error(message.failure);
      return message.outcome;
    } finally {
      ended.abort();
      await Promise.allSettled([answer, lost]);
    }
  }

  stop(): void {
    this.child.disconnect();
  }
}
