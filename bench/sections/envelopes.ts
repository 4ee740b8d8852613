import { HttpClient } from '../http-client.js';
import { DEPOSITS, depositsPath, openAccount, signUp } from '../ledger.js';
import { LoadGenerator } from '../load/load-generator.js';
import { measure, middle, type Measured } from '../load/measured.js';
import { compare, type Line, type Report } from '../report.js';
import { ServiceProcess } from '../service-process.js';
import { ROUNDS, SECONDS } from '../sizes.js';

/** Envelopes beside Available, of the large account and the small one. */
const [MANY, FEW] = [499, 4];
const CONNECTIONS = [1, 16];

/** Posting into an account with many envelopes against one with few. */
export async function envelopes(): Promise<Report> {
  const service = await ServiceProcess.start();
  const load = LoadGenerator.start();
  try {
    const { origin, meters } = service;
    const { token } = await signUp(origin);
    const client = new HttpClient(origin, 1, token);
    const large = await openAccount(client, 'Large', MANY);
    const small = await openAccount(client, 'Small', FEW);
    client.close();
    const run = (account: string, connections: number): Promise<Measured> =>
      measure(
        load,
        {
          ...{ origin, token, connections, seconds: SECONDS, method: 'POST', bodies: DEPOSITS },
          ...{ paths: [depositsPath(account)], statuses: [201] },
        },
        meters,
      );
    await run(small, 16);
    const lines: Line[] = [];
    for (const connections of CONNECTIONS) {
      const rounds: Record<'large' | 'small', Measured[]> = { large: [], small: [] };
      for (let round = 0; round < ROUNDS; round += 1) {
        rounds.large.push(await run(large, connections));
        rounds.small.push(await run(small, connections));
      }
      const [a, b] = [middle(rounds.large), middle(rounds.small)];
      const what = `${connections} connections`;
      lines.push(compare(`${what}: CPU µs a posting, service and engine`, a.cpu_us, b.cpu_us, { most: 2 }));
      lines.push(compare(`${what}: p50 ms`, a.p50_ms, b.p50_ms, { most: 2 }));
    }
    return { sides: `ours: ${MANY + 1} envelopes; theirs: ${FEW + 1}`, lines, notes: [] };
  } finally {
    load.stop();
    await service.stop();
  }
}
