import { compare, here, type Line } from './compare.js';
import { accountId, type Ledger } from './workloads.js';

/** Plain increments by 32 writers on one document, against as many spread out; and 200 transactions on it at once. */
export async function hotDocument(ledger: Ledger): Promise<Line[]> {
  const increment = async (id: string): Promise<void> => {
    await ledger.accounts.updateOne({ _id: id }, { $inc: { hits: 1 } });
  };
  const lines = await compare(
    { what: '$inc of one hot document, 32 writers (theirs: spread out)', aim: '>= 0.5', inFlight: 32 },
    here(() => increment(accountId(0))),
    here((_, count) => increment(accountId(count))),
  );
  await atOnce(ledger);
  return lines;
}

async function atOnce({ accounts, client }: Ledger): Promise<void> {
  const attempts: number[] = [];
  const times: number[] = [];
  await Promise.all(
    Array.from({ length: 200 }, async () => {
      const start = performance.now();
      let tries = 0;
      await client.withSession((session) =>
        session.withTransaction(async () => {
          tries += 1;
          const found = await accounts.findOne({ _id: accountId(1) }, { session });
          await accounts.updateOne(
            { _id: accountId(1) },
            { $set: { balance: (found?.balance ?? 0) + 1 } },
            { session },
          );
        }),
      );
      attempts.push(tries);
      times.push(performance.now() - start);
    }),
  );
  process.stdout.write(
    `200 transactions at once on one document: all through; at most ${String(Math.max(...attempts))} attempts and ${Math.max(...times).toFixed(0)} ms for one\n`,
  );
}
