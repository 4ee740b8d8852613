import { MongoServerError, type ClientSession, type Collection, type MongoClient } from 'mongodb';
import { randomOf } from './random.js';

interface Account {
  readonly _id: number;
  readonly balance: number;
  readonly touched: number;
}

interface Receipt {
  readonly number: number;
  readonly amount: number;
}

export interface BankLoad {
  readonly round: number;
  readonly accounts: number;
  readonly clients: number;
  readonly each: number;
}

/** What the bank's books show, and what they should. */
export interface Books {
  /** Sums of all balances as transactions saw them that were not all of one moment. */
  readonly wrongSums: number;
  /** Accounts whose balance is not what their acknowledged transfers come to. */
  readonly wrongBalances: number;
  /** Plain increments acknowledged, less those that are there. */
  readonly lostTouches: number;
  /** Receipts that are there twice, or without their transfer, or not there. */
  readonly wrongReceipts: number;
  readonly committed: number;
  readonly givenUp: number;
}

const START = 100;
const CONFLICTS = new Set<unknown>([112, 251, 246, 239]);

/** Moves money between a few accounts by reading and setting balances, with plain increments of another field among it. */
export async function runBank(client: MongoClient, load: BankLoad): Promise<Books> {
  const bank = new Bank(client, load);
  return bank.run();
}

class Bank {
  private readonly accounts: Collection<Account>;
  private readonly receipts: Collection<Receipt>;
  private readonly expected: number[];
  private readonly issued = new Set<number>();
  private touches = 0;
  private wrongSums = 0;
  private committed = 0;
  private givenUp = 0;

  constructor(
    private readonly client: MongoClient,
    private readonly load: BankLoad,
  ) {
    const database = client.db(`bank${String(load.round)}`);
    this.accounts = database.collection('accounts');
    this.receipts = database.collection('receipts');
    this.expected = Array<number>(load.accounts).fill(START);
  }

  async run(): Promise<Books> {
    await this.receipts.createIndex({ number: 1 }, { unique: true });
    await this.accounts.insertMany(this.expected.map((balance, _id) => ({ _id, balance, touched: 0 })));
    await Promise.all(Array.from({ length: this.load.clients }, (_, number) => this.teller(number)));
    const found = await this.accounts.find().sort({ _id: 1 }).toArray();
    const numbers = (await this.receipts.find().toArray()).map(({ number }) => number);
    const strangers = numbers.filter((number) => !this.issued.has(number)).length;
    return {
      wrongSums: this.wrongSums,
      wrongBalances: found.filter(({ _id, balance }) => balance !== this.expected[_id]).length,
      lostTouches: this.touches - found.reduce((sum, { touched }) => sum + touched, 0),
      wrongReceipts: strangers + Math.abs(numbers.length - this.issued.size),
      committed: this.committed,
      givenUp: this.givenUp,
    };
  }

  private async teller(number: number): Promise<void> {
    const random = randomOf(this.load.round * 977 + number);
    const session = this.client.startSession();
    for (let turn = 0; turn < this.load.each; turn += 1) {
      const from = random(this.load.accounts);
      const to = (from + 1 + random(this.load.accounts - 1)) % this.load.accounts;
      if (random(5) === 0) {
        await this.accounts.updateOne({ _id: from }, { $inc: { touched: 1 } });
        this.touches += 1;
      } else await this.attempt(session, from, to, 1 + random(5), random(9) === 0);
    }
    await session.endSession();
  }

  private async attempt(
    session: ClientSession,
    from: number,
    to: number,
    amount: number,
    giveUp: boolean,
  ): Promise<void> {
    session.startTransaction();
    try {
      const number = await this.transfer(session, from, to, amount);
      if (giveUp) await session.abortTransaction();
      else {
        await session.commitTransaction();
        this.expected[from]! -= amount;
        this.expected[to]! += amount;
        this.issued.add(number);
        this.committed += 1;
      }
    } catch (error) {
      const isDuplicate = error instanceof MongoServerError && error.code === 11000;
      if (!isDuplicate && !(error instanceof MongoServerError && CONFLICTS.has(error.code))) throw error;
      this.givenUp += 1;
      if (session.inTransaction()) await session.abortTransaction();
    }
  }

  /** Takes the next receipt number that it sees free, so that transfers of one moment meet in the unique index. */
  private async transfer(session: ClientSession, from: number, to: number, amount: number): Promise<number> {
    const all = await this.accounts.find({}, { session }).toArray();
    const sum = all.reduce((total, { balance }) => total + balance, 0);
    if (sum !== START * this.load.accounts) this.wrongSums += 1;
    const balanceOf = (id: number): number => all.find(({ _id }) => _id === id)?.balance ?? Number.NaN;
    const last = await this.receipts.findOne({}, { session, sort: { number: -1 } });
    const number = (last?.number ?? 0) + 1;
    await this.accounts.updateOne(
      { _id: from },
      { $set: { balance: balanceOf(from) - amount } },
      { session },
    );
    await this.accounts.updateOne({ _id: to }, { $set: { balance: balanceOf(to) + amount } }, { session });
    await this.receipts.insertOne({ number, amount }, { session });
    return number;
  }
}
