import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';

import { HttpClient } from '../../bench/http-client.js';
import { audited, FULL } from './rounds.js';
import { Victim } from './victim.js';
import { Writers } from './writers.js';

const MINUTE_MS = 60_000;
const LASTS_MS = FULL ? 10 * MINUTE_MS : 15_000;
const SAMPLES = 60;
/** How much more the last third of the run may hold than the one before it, in MiB. A short run is still warming up. */
const GROWTH_MIB = FULL ? 32 : 128;

/** Memory that is a process's own, in MiB; elsewhere than on Linux all that it holds. */
function ownMemory(pid: number): number {
  if (process.platform !== 'linux') {
    return Number(execFileSync('ps', ['-o', 'rss=', '-p', String(pid)], { encoding: 'utf8' })) / 1_024;
  }
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  return Number(/^RssAnon:\s+(\d+) kB/m.exec(status)?.[1]) / 1_024;
}

const mean = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / values.length;

describe('mixed load that goes on', () => {
  it(
    'leaves the memory of the service flat',
    async () => {
      const victim = await Victim.start();
      const writers = await Writers.open({ origins: [victim.origin] });
      const reader = new HttpClient(victim.origin, 4, writers.ledger.token);
      const samples: number[] = [];
      let over = false;
      const read = async () => {
        for (let turn = 0; !over; turn += 1) {
          const account = writers.ledger.accounts[turn % writers.ledger.accounts.length] ?? '';
          await reader.expect(200, 'GET', `/accounts/${account}`);
          await reader.expect(200, 'GET', `/accounts/${account}/transactions?page_size=100`);
          await reader.expect(200, 'GET', '/accounts');
        }
      };
      writers.start();
      const reading = Promise.all([read(), read()]);
      for (let sample = 0; sample < SAMPLES; sample += 1) {
        await pause(LASTS_MS / SAMPLES);
        samples.push(ownMemory(victim.servicePid));
      }
      over = true;
      await Promise.all([reading, writers.stop()]);
      const third = SAMPLES / 3;
      const thirds = [0, 1, 2].map((part) => mean(samples.slice(part * third, (part + 1) * third)));
      const { events, problems } = await audited(victim.databaseUri, writers);
      process.stdout.write(
        `RssAnon of the service by thirds of ${LASTS_MS / 1_000} s: ${thirds.map((each) => each.toFixed(0)).join(', ')} MiB, ` +
          `most ${Math.max(...samples).toFixed(0)}, ${events} events\n`,
      );
      reader.close();
      await victim.stop();
      expect(problems).toEqual([]);
      expect((thirds[2] ?? NaN) - (thirds[1] ?? NaN)).toBeLessThan(GROWTH_MIB);
    },
    LASTS_MS + 10 * MINUTE_MS,
  );
});
