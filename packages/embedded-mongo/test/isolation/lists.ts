import { MongoServerError, type ClientSession, type Collection, type MongoClient } from 'mongodb';
import type { Execution, History, Interval, Step } from './history.js';
import { randomOf } from './random.js';

interface List {
  readonly _id: string;
  readonly round: number;
  readonly key: number;
  readonly n: number;
  readonly list: number[];
}

export interface ListLoad {
  readonly round: number;
  readonly keys: number;
  readonly clients: number;
  /** How many transactions each client tries. */
  readonly each: number;
}

/** What was read or found cannot be of one moment: an entry without its document, a document that has gone. */
export class TornRead extends Error {}

/** Errors by which a transaction is given up: WriteConflict, NoSuchTransaction, SnapshotUnavailable, SnapshotTooOld. */
const GIVEN_UP = new Set<unknown>([112, 251, 246, 239]);

/** Lets clients append to a few lists and read them, in transactions and plainly, and records what they saw. */
export async function runLists(client: MongoClient, load: ListLoad): Promise<History> {
  const lists = client.db('isolation').collection<List>('lists');
  await lists.createIndex({ round: 1, n: 1 });
  const { round } = load;
  const keys = Array.from({ length: load.keys }, (_, key) => key);
  await lists.insertMany(
    keys.map((key) => ({ _id: `${String(round)}:${String(key)}`, round, key, n: 0, list: [] })),
  );
  const each = await Promise.all(
    Array.from({ length: load.clients }, (_, number) => new ListClient(client, lists, load, number).run()),
  );
  const final = await lists.find({ round }).toArray();
  return { executions: each.flat(), final: new Map(final.map(({ key, list }) => [key, list])) };
}

class ListClient {
  private readonly random: (below: number) => number;
  private value: number;
  private readonly done: Execution[] = [];

  constructor(
    private readonly client: MongoClient,
    private readonly lists: Collection<List>,
    private readonly load: ListLoad,
    number: number,
  ) {
    this.random = randomOf(load.round * 1000 + number);
    this.value = number * 1_000_000;
  }

  async run(): Promise<Execution[]> {
    const session = this.client.startSession();
    for (let turn = 0; turn < this.load.each; turn += 1) {
      const choice = this.random(10);
      this.done.push(await (choice < 2 ? this.plain(choice === 0) : this.transaction(session)));
    }
    await session.endSession();
    return this.done;
  }

  private async plain(append: boolean): Promise<Execution> {
    const key = this.random(this.load.keys);
    const sent = performance.now();
    const steps = append ? [await this.append(key)] : await this.read(key);
    const first = { sent, answered: performance.now() };
    return { plain: true, steps, first, last: first, committed: true };
  }

  private async transaction(session: ClientSession): Promise<Execution> {
    const steps: Step[] = [];
    let first: Interval | undefined;
    let last: Interval = { sent: performance.now(), answered: Infinity };
    let committed = false;
    session.startTransaction();
    try {
      for (let left = 1 + this.random(4); left >= 0; left -= 1) {
        const sent = performance.now();
        steps.push(...(await this.step(session)));
        first ??= { sent, answered: performance.now() };
      }
      last = { sent: performance.now(), answered: Infinity };
      if (this.random(8) === 0) await session.abortTransaction();
      else {
        await session.commitTransaction();
        last = { ...last, answered: performance.now() };
        committed = true;
      }
    } catch (error) {
      if (!(error instanceof MongoServerError) || !GIVEN_UP.has(error.code)) throw error;
      if (session.inTransaction()) await session.abortTransaction();
    }
    return { plain: false, steps, first: first ?? last, last, committed };
  }

  private async step(session: ClientSession): Promise<Step[]> {
    const key = this.random(this.load.keys);
    const choice = this.random(8);
    if (choice < 3) return this.read(key, session);
    if (choice === 3) return this.readAll(session);
    const steps = [await this.append(key, session)];
    // Two values for the same list: nobody else may see it between them.
    if (choice === 4) steps.push(await this.append(key, session));
    return steps;
  }

  private async append(key: number, session?: ClientSession): Promise<Step> {
    const value = (this.value += 1);
    const { matchedCount } = await this.lists.updateOne(
      { _id: `${String(this.load.round)}:${String(key)}` },
      { $push: { list: value }, $inc: { n: 1 } },
      session ? { session } : {},
    );
    if (matchedCount !== 1) throw new TornRead('a list has gone');
    return { kind: 'append', key, value };
  }

  private async read(key: number, session?: ClientSession): Promise<Step[]> {
    const found = await this.lists.findOne(
      { _id: `${String(this.load.round)}:${String(key)}` },
      session ? { session } : {},
    );
    if (found === null) throw new TornRead('a list has gone');
    return [{ kind: 'read', key, list: found.list }];
  }

  /** Reads all lists by the index of their lengths. */
  private async readAll(session: ClientSession): Promise<Step[]> {
    const { round, keys } = this.load;
    const found = await this.lists.find({ round }, { session }).sort({ n: 1 }).toArray();
    const wrong = found.some(({ n, list }, at) => n !== list.length || n < (found[at - 1]?.n ?? 0));
    if (wrong || new Set(found.map(({ key }) => key)).size !== keys) {
      throw new TornRead('the index of lengths and the lists are not of one moment');
    }
    return found.map(({ key, list }) => ({ kind: 'read', key, list }));
  }
}
