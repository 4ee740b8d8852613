import { isDeepStrictEqual } from 'node:util';
import { MongoServerError, type ClientSession, type MongoClient } from 'mongodb';
import { pick, receiptsOf, type Item } from './model.js';
import { itemsOf, NO_CHANGES, type Circumstances, type Operation, type Place } from './operation.js';
import { anyRead } from './reads.js';
import { anyWrite } from './writes.js';

export const ACCOUNTS = 5;
export const START_BALANCE = 1000;
/** A client with more receipts takes transfers back. */
const MOST_RECEIPTS = 100;

/** An account that all clients move money to and from, so that they get into each other's way. */
export interface Account {
  _id: number;
  balance: number;
}

/** An answer that is not what the model says. */
export class WrongAnswer extends Error {
  constructor(name: string, answer: unknown, expected: unknown) {
    super(`${name}: ${JSON.stringify(answer)} in place of ${JSON.stringify(expected)}`.slice(0, 2000));
  }
}

export function checkAnswer({ name, answer: expected }: Operation, answer: unknown): void {
  if (!isDeepStrictEqual(answer, expected)) throw new WrongAnswer(name, answer, expected);
}

/** Several operations as one, committed or, now and then, given up. */
export function anyTransaction(circumstances: Circumstances): Operation {
  const { random } = circumstances;
  const model = circumstances.model.fork();
  const steps: Operation[] = [];
  const changes = new Map<string, Item | undefined>();
  for (let left = 2 + random(4); left > 0; left -= 1) {
    const step = pick(random, [anyRead, anyWrite, anyWrite, transfer, audit])({ ...circumstances, model });
    steps.push(step);
    model.apply(step.changes);
    for (const [id, item] of step.changes) changes.set(id, item);
  }
  const isGivenUp = random(6) === 0;
  return {
    name: isGivenUp ? 'transaction given up' : 'transaction',
    run: ({ client }) =>
      client.withSession(async (session) => {
        if (isGivenUp) await giveUp(client, session, steps);
        else await session.withTransaction(() => take(client, session, steps));
        return 'done';
      }),
    answer: 'done',
    changes: isGivenUp ? NO_CHANGES : changes,
    atomic: true,
  };
}

async function take(client: MongoClient, session: ClientSession, steps: readonly Operation[]): Promise<void> {
  const place: Place = { client, items: itemsOf(client), within: { session } };
  for (const step of steps) checkAnswer(step, await step.run(place));
}

async function giveUp(
  client: MongoClient,
  session: ClientSession,
  steps: readonly Operation[],
): Promise<void> {
  session.startTransaction();
  try {
    await take(client, session, steps);
  } catch (error) {
    const isInTheWay = error instanceof MongoServerError && error.hasErrorLabel('TransientTransactionError');
    if (!isInTheWay) throw error;
  } finally {
    await session.abortTransaction();
  }
}

/** Moves money between two accounts and leaves a receipt, or takes such a transfer back. */
function transfer({ random, model, newId }: Circumstances): Operation {
  const receipts = model.receipts();
  const old = random(3) === 0 || receipts.length > MOST_RECEIPTS ? receipts[0] : undefined;
  const from = random(ACCOUNTS);
  const to = (from + 1 + random(ACCOUNTS - 1)) % ACCOUNTS;
  const owner = receiptsOf(model.owner);
  const receipt = old ?? { _id: newId(), owner, kind: 0, n: 1 + random(5), tags: [from, to] };
  return {
    name: old === undefined ? 'transfer' : 'transfer taken back',
    run: async ({ client, items, within }) => {
      const accounts = client.db('soak').collection<Account>('accounts');
      for (const [_id, balance] of effectOf(receipt)) {
        const amount = old === undefined ? balance : -balance;
        await accounts.updateOne({ _id }, { $inc: { balance: amount } }, within);
      }
      if (old === undefined) return (await items.insertOne({ ...receipt }, within)).insertedId;
      return (await items.deleteOne({ _id: old._id }, within)).deletedCount;
    },
    answer: old === undefined ? receipt._id : 1,
    changes: new Map([[receipt._id, old === undefined ? receipt : undefined]]),
    atomic: true,
  };
}

/** What a transfer adds to each of its accounts. */
export function effectOf({ n, tags: [from = 0, to = 0] }: Item): [number, number][] {
  return [
    [from, -n],
    [to, n],
  ];
}

/** No transfer adds to the sum of all balances. */
function audit(): Operation {
  return {
    name: 'audit',
    run: async ({ client, within }) => {
      const accounts = await client.db('soak').collection<Account>('accounts').find({}, within).toArray();
      return accounts.reduce((sum, { balance }) => sum + balance, 0);
    },
    answer: ACCOUNTS * START_BALANCE,
    changes: NO_CHANGES,
    atomic: true,
  };
}
