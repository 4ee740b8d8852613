import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { Order } from './client.js';
import type { Loop, Measured } from './measure.js';

const CLIENT = fileURLToPath(new URL('./client.js', import.meta.url));

/** Clients in processes of their own, which share what is in flight. */
export class Clients {
  private constructor(private readonly processes: readonly ChildProcess[]) {}

  static async start(uri: string, count: number): Promise<Clients> {
    const numbers = Array.from({ length: count }, (_, number) => String(number));
    const processes = numbers.map((number) => fork(CLIENT, [uri, number, String(count)]));
    await Promise.all(processes.map((process) => once(process, 'message')));
    return new Clients(processes);
  }

  readonly loop: Loop = async (inFlight, extent) => {
    const { length } = this.processes;
    const measured = await Promise.all(
      this.processes.map(async (process, number) => {
        const share = Math.floor(inFlight / length) + (number < inFlight % length ? 1 : 0);
        const order: Order = {
          inFlight: share,
          extent: 'ms' in extent ? extent : { operations: Math.ceil(extent.operations / length) },
        };
        const answer = once(process, 'message');
        process.send(order);
        const [one] = (await answer) as [Measured];
        return one;
      }),
    );
    return {
      rate: measured.reduce((sum, { rate }) => sum + rate, 0),
      operations: measured.reduce((sum, { operations }) => sum + operations, 0),
    };
  };

  stop(): void {
    for (const process of this.processes) process.kill();
  }
}
