import { HttpClient } from '../http-client.js';
import { depositsPath, openLedger } from '../ledger.js';
import { median } from '../load/job.js';
import { compare, type Report } from '../report.js';
import { ServiceProcess } from '../service-process.js';
import { ROUNDS } from '../sizes.js';

const SIZE = 1000;
const SINGLES = 200;
const LEAST = 10;

/** A batch of a thousand deposits, and its undo, against as many requests one after the other. */
export async function batch(): Promise<Report> {
  const service = await ServiceProcess.start();
  try {
    const { token, accounts } = await openLedger(service.origin, 1);
    const [account = ''] = accounts;
    const client = new HttpClient(service.origin, 1, token);
    const warm = await recordBatch(client, account);
    await client.expect(201, 'POST', `/batches/${warm}/undo`);
    const rates: Record<'single' | 'undo_single' | 'batch' | 'undo', number[]> = {
      ...{ single: [], undo_single: [], batch: [], undo: [] },
    };
    for (let round = 0; round < ROUNDS; round += 1) {
      rates.single.push(await rate(SINGLES, () => singles(client, depositsPath(account), { amount: 1 })));
      rates.undo_single.push(await rate(SINGLES, () => singles(client, `/accounts/${account}/undo`)));
      let id = '';
      rates.batch.push(await rate(SIZE, async () => (id = await recordBatch(client, account))));
      rates.undo.push(await rate(SIZE, () => client.expect(201, 'POST', `/batches/${id}/undo`)));
    }
    client.close();
    return {
      sides: `ours: batches of ${SIZE} deposits; theirs: single requests; one connection, medians of ${ROUNDS} rounds`,
      lines: [
        compare('postings/s', median(rates.batch), median(rates.single), { least: LEAST }),
        compare('undone/s', median(rates.undo), median(rates.undo_single), { least: LEAST }),
      ],
      notes: [],
    };
  } finally {
    await service.stop();
  }
}

async function recordBatch(client: HttpClient, account: string): Promise<string> {
  const commands = Array.from({ length: SIZE }, (_, turn) => ({
    ...{ command: 'deposit', envelope_id: turn % 5, amount: 1 },
  }));
  const answer = await client.expect<{ batch_id: string }>(201, 'POST', `/accounts/${account}/batch`, {
    commands,
  });
  return answer.batch_id;
}

async function singles(client: HttpClient, path: string, body?: object): Promise<void> {
  for (let turn = 0; turn < SINGLES; turn += 1) await client.expect(201, 'POST', path, body);
}

/** How many of `count` things a second `run` does. */
async function rate(count: number, run: () => Promise<unknown>): Promise<number> {
  const started = performance.now();
  await run();
  return (count * 1000) / (performance.now() - started);
}
