import { HttpClient } from '../http-client.js';
import { openAccount, signUp } from '../ledger.js';
import { rebuildAll } from '../rebuild-process.js';
import { compare, type Line, type Report } from '../report.js';
import { ServiceProcess } from '../service-process.js';
import { fill } from './long-ledger.js';

/** The transactions of the one account, to begin with and in the end. */
const MANY = Number(process.env['BENCH_TRANSACTIONS'] ?? 200_000);
/** Enough for garbage collectors to have settled. */
const FEW = MANY / 4;
/** What the rebuild of four times as many may take more, in MB: what a garbage collector leaves lying about. */
const GROWTH_MB = 64;

type Peaks = ReadonlyMap<string, number>;

/** A rebuild of few transactions against one of four times as many, each beside a service that was just started. */
export async function rebuildMemory(): Promise<Report> {
  let service = await ServiceProcess.start();
  try {
    const user = await signUp(service.origin);
    const long = await withClient(service, user.token, (client) => openAccount(client, 'Long'));
    const rebuildOf = async (count: number): Promise<Peaks> => {
      await withClient(service, user.token, (client) => fill(client, long, count, MANY));
      const { folder } = service;
      await service.stop('keep');
      service = await ServiceProcess.start({ folder });
      return rebuildAll(service);
    };
    const few = await rebuildOf(FEW);
    const many = await rebuildOf(MANY);
    return {
      sides: `The most private memory during a rebuild, MB (ours: ${MANY} transactions; theirs: ${FEW})`,
      lines: [...lines(few, many), grown(few, many)],
      notes: [],
    };
  } finally {
    await service.stop('remove');
  }
}

async function withClient<Result>(
  { origin }: ServiceProcess,
  token: string,
  work: (client: HttpClient) => Promise<Result>,
): Promise<Result> {
  const client = new HttpClient(origin, 1, token);
  try {
    return await work(client);
  } finally {
    client.close();
  }
}

const lines = (few: Peaks, many: Peaks): Line[] =>
  [...many].map(([name, peak]) => compare(`the ${name}`, peak, few.get(name) ?? Number.NaN));

function grown(few: Peaks, many: Peaks): Line {
  const sum = (peaks: Peaks) => [...peaks.values()].reduce((total, peak) => total + peak, 0);
  return compare('all grow by, MB (theirs: the limit)', sum(many) - sum(few), GROWTH_MB, { most: 1 });
}
