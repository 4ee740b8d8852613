import type { Collection, MongoClient } from 'mongodb';
import { copyEngine, MUTANTS, type EngineCopy, type Mutant } from '../isolation/mutants.js';
import { answered, isLostConnection } from '../lost-connection.js';
import { removeFolders } from '../process/folders.js';
import { DyingEngine } from './lost-answers.js';

/** FAULT_ROUNDS=200 is the long run. */
const ROUNDS = Number(process.env['FAULT_ROUNDS'] ?? 8);
const COMPANIONS = 3;

interface Row {
  _id: string;
  n: number;
  mark?: string;
}

interface Findings {
  /** Rounds in which something else was lost than the answer of a marked operation that was on disk. */
  readonly lostOtherwise: number;
  /** Operations whose effect was not there exactly once. */
  readonly wrongEffects: string[];
  /** Results that were not those of the first and only time. */
  readonly wrongResults: string[];
}

let copy: EngineCopy;
let dying: DyingEngine;
let rows: Collection<Row>;

beforeEach(async () => {
  copy = await copyEngine();
});

afterEach(async () => {
  await dying.stop();
  await copy.remove();
  await removeFolders();
});

async function startDying(...mutants: readonly Mutant[]): Promise<void> {
  for (const mutant of mutants) await copy.apply(mutant);
  dying = await DyingEngine.start(copy);
  rows = dying.client.db('lost').collection<Row>('rows');
  await rows.insertOne({ _id: 'hot', n: 0 });
}

const isHot = { _id: 'hot' };
const hot = async (): Promise<number> => (await rows.findOne(isHot))?.n ?? Number.NaN;

/** Counts on the one hot document, and leaves a row that would be there twice if it ran twice. */
function countInTransaction(client: MongoClient, mark: string): Promise<void> {
  const database = client.db('lost');
  return client.withSession((session) =>
    session.withTransaction(async () => {
      await database.collection<Row>('rows').updateOne(isHot, { $inc: { n: 1 } }, { session });
      await database.collection('receipts').insertOne({ mark }, { session });
    }),
  );
}

async function loseAnswersOfTransactions(rounds: number): Promise<Findings> {
  const companions = await Promise.all(
    Array.from({ length: COMPANIONS }, () => DyingEngine.connect(dying.engine)),
  );
  try {
    return await amongCompanions(rounds, companions);
  } finally {
    await Promise.all(companions.map((client) => client.close()));
  }
}

async function amongCompanions(rounds: number, companions: readonly MongoClient[]): Promise<Findings> {
  let lostOtherwise = 0;
  const marks: string[] = [];
  const unanswered = new Set<string>();
  const accompany = async (client: MongoClient, mark: string): Promise<void> => {
    marks.push(mark);
    try {
      await answered(countInTransaction(client, mark));
    } catch (error) {
      if (!isLostConnection(error)) throw error;
      unanswered.add(mark);
    }
  };
  // Of connections that break, the driver does not tell every one rightly; where it is many by chance, more is tried.
  const isTold = (): boolean => unanswered.size <= marks.length / 4;
  for (let round = 0; round < rounds || (!isTold() && round < 4 * rounds); round += 1) {
    const mark = `transaction ${String(round)}.`;
    marks.push(mark);
    const { lost } = await dying.loseAnswer(mark, async () => {
      const others = companions.map((client, at) =>
        accompany(client, `companion ${String(round)}-${String(at)}`),
      );
      await Promise.all([countInTransaction(dying.client, mark), ...others]);
    });
    if (lost !== 'the answer') lostOtherwise += 1;
  }
  console.log(`${String(marks.length)} transactions, ${String(unanswered.size)} companions unanswered`);
  const receipts = await dying.client.db('lost').collection<{ mark: string }>('receipts').find().toArray();
  const times = new Map(marks.map((mark) => [mark, 0]));
  for (const { mark } of receipts) times.set(mark, (times.get(mark) ?? 0) + 1);
  const isRight = (mark: string, count: number): boolean =>
    count === 1 || (count === 0 && unanswered.has(mark));
  const wrongEffects = [...times].filter(([mark, count]) => !isRight(mark, count)).map(([mark]) => mark);
  if ((await hot()) !== receipts.length) wrongEffects.push(`counted ${String(await hot())}`);
  // Were it always many, little would be tried.
  if (!isTold()) wrongEffects.push(`unanswered ${String(unanswered.size)}`);
  return { lostOtherwise, wrongEffects, wrongResults: [] };
}

/** A retryable write that counts the hot document up by one, except where it says otherwise. */
interface Write {
  readonly name: string;
  readonly run: (mark: string) => Promise<unknown>;
  /** What `run` answers, given the hot document's count before. */
  readonly result: (before: number, mark: string) => object;
  readonly counts: 0 | 1;
  /** Rows with the mark's _id, before and after. */
  readonly rows: readonly [0 | 1, 0 | 1];
}

const countUp = (mark: string) => ({ $inc: { n: 1 }, $set: { mark } });
const WRITES: readonly Write[] = [
  {
    name: 'insertOne',
    run: (mark) => rows.insertOne({ _id: mark, n: 1 }),
    result: (_before, mark) => ({ insertedId: mark }),
    counts: 0,
    rows: [0, 1],
  },
  {
    name: '$inc',
    run: (mark) => rows.updateOne(isHot, countUp(mark)),
    result: () => ({ matchedCount: 1, modifiedCount: 1 }),
    counts: 1,
    rows: [0, 0],
  },
  {
    name: 'upsert',
    run: (mark) => rows.updateOne({ _id: mark }, { $inc: { n: 1 } }, { upsert: true }),
    result: (_before, mark) => ({ upsertedCount: 1, upsertedId: mark }),
    counts: 0,
    rows: [0, 1],
  },
  {
    name: 'deleteOne',
    run: (mark) => rows.deleteOne({ _id: mark }),
    result: () => ({ deletedCount: 1 }),
    counts: 0,
    rows: [1, 0],
  },
  {
    name: 'findAndModify',
    run: (mark) => rows.findOneAndUpdate(isHot, countUp(mark), { returnDocument: 'after' }),
    result: (before, mark) => ({ _id: 'hot', n: before + 1, mark }),
    counts: 1,
    rows: [0, 0],
  },
  {
    name: 'findAndModify that removes',
    run: (mark) => rows.findOneAndDelete({ _id: mark }),
    result: (_before, mark) => ({ _id: mark, n: 1 }),
    counts: 0,
    rows: [1, 0],
  },
  {
    name: 'bulkWrite',
    run: (mark) =>
      rows.bulkWrite([
        { updateOne: { filter: isHot, update: countUp(mark) } },
        { updateOne: { filter: { _id: 'hot', mark: 'none such' }, update: countUp(mark) } },
      ]),
    result: () => ({ matchedCount: 1, modifiedCount: 1 }),
    counts: 1,
    rows: [0, 0],
  },
  {
    name: 'bulkWrite of the client',
    run: (mark) =>
      dying.client.bulkWrite<{ 'lost.rows': Row }>([
        { namespace: 'lost.rows', name: 'insertOne', document: { _id: mark, n: 1 } },
        { namespace: 'lost.rows', name: 'updateOne', filter: isHot, update: countUp(mark) },
      ]),
    result: () => ({ matchedCount: 1, modifiedCount: 1, insertedCount: 1 }),
    counts: 1,
    rows: [0, 1],
  },
];

async function loseAnswersOfWrites(rounds: number): Promise<Findings> {
  let lostOtherwise = 0;
  const [wrongEffects, wrongResults]: [string[], string[]] = [[], []];
  for (let round = 0; round < rounds; round += 1) {
    const write = WRITES[round % WRITES.length] as Write;
    const mark = `write ${String(round)}.`;
    if (write.rows[0] === 1) await rows.insertOne({ _id: mark, n: 1 });
    const before = await hot();
    const name = `${write.name} ${String(round)}`;
    try {
      const { result, lost } = await dying.loseAnswer(mark, () => write.run(mark));
      if (lost !== 'the answer') lostOtherwise += 1;
      try {
        expect(result).toMatchObject(write.result(before, mark));
      } catch {
        wrongResults.push(name);
      }
    } catch (error) {
      wrongResults.push(`${name}: ${String(error)}`);
    }
    const isRight =
      (await hot()) === before + write.counts && (await rows.countDocuments({ _id: mark })) === write.rows[1];
    if (!isRight) wrongEffects.push(name);
  }
  return { lostOtherwise, wrongEffects, wrongResults };
}

const ONCE = { lostOtherwise: 0, wrongEffects: [], wrongResults: [] };
const LONG = ROUNDS * 60_000;

const NO_COMMIT_RECORD = MUTANTS.filter(({ name }) => name === 'a commit leaves no record');
const NO_WRITE_RECORD: Mutant = {
  name: 'a retryable write leaves no record',
  file: 'sessions/retryable-write.js',
  passage: '() => session.encodePage(page)',
  replacement: '() => null',
};

describe('an engine that is killed when a write is on disk and before it is answered', () => {
  it(
    'has each transaction of withTransaction once',
    async () => {
      await startDying();
      const findings = await loseAnswersOfTransactions(ROUNDS);
      console.log(`transactions: ${JSON.stringify(findings)}`);
      expect(findings).toEqual(ONCE);
      expect(await dying.client.db('lost').command({ validate: 'rows' })).toMatchObject({ valid: true });
    },
    LONG,
  );

  it(
    'has each plain write once, and answers as if it were the first time',
    async () => {
      await startDying();
      const findings = await loseAnswersOfWrites(ROUNDS);
      console.log(`plain writes: ${JSON.stringify(findings)}`);
      expect(findings).toEqual(ONCE);
      expect(await dying.client.db('lost').command({ validate: 'rows' })).toMatchObject({ valid: true });
    },
    LONG,
  );

  it('is caught when it keeps no record of commits', async () => {
    await startDying(...NO_COMMIT_RECORD);
    expect((await loseAnswersOfTransactions(1)).wrongEffects).not.toEqual([]);
  });

  it('is caught when it keeps no record of writes', async () => {
    await startDying(NO_WRITE_RECORD);
    const { wrongEffects, wrongResults } = await loseAnswersOfWrites(WRITES.length);
    expect([...wrongEffects, ...wrongResults].length).toBeGreaterThanOrEqual(WRITES.length);
  });
});
