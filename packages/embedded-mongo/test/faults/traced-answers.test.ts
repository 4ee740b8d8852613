import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { MongoClient } from 'mongodb';
import { hasTool } from '../debian-tools.js';
import { copyEngine, type Mutant } from '../isolation/mutants.js';
import { startEngine } from '../kit.js';
import { newFolder, removeFolders } from '../process/folders.js';
import { judgeAnswers, readCalls, tracing, type Answers } from './traced-answers.js';

const WRITERS = 6;
const EACH = 30;
const MARK = /write \d+-\d+\./g;

/** Ways to answer too early. */
const HASTY: readonly Mutant[] = [
  {
    name: 'does not sync',
    file: 'storage/journal/journal.js',
    passage: '? O_RDWR | O_CREAT | O_DSYNC',
    replacement: '? O_RDWR | O_CREAT',
  },
  {
    name: 'answers when a write is in memory',
    file: 'storage/group-commit.js',
    passage: 'if (sequence <= this.durable)',
    replacement: 'if (sequence <= this.published)',
  },
];

describe('a trace', () => {
  afterAll(removeFolders);

  const [opened, asked, stored, answer] = [
    '1 openat(AT_FDCWD</d>, "/d/journal.0", O_RDWR|O_CREAT|O_DSYNC) = 22</d/journal.0>',
    '1 read(25<socket:[9]>, "insert write 1-1.", 65536) = 17',
    '2 pwrite64(22</d/journal.0>, "write 1-1.", 10, 512 <unfinished ...>\n2 <... pwrite64 resumed>) = 10',
    '1 write(25<socket:[9]>, "ok", 2) = 2',
  ] as const;
  const [begun, ended] = stored.split('\n') as [string, string];

  it.each([
    ['follows everything', [opened, asked, stored, answer], 'safe'],
    ['comes before the write has returned', [opened, asked, begun, answer, ended], 'early'],
    ['comes with no sync', [opened.replace('|O_DSYNC', ''), asked, stored, answer], 'early'],
    ['comes with another write', [opened, asked, stored.replace('1-1', '1-2'), answer], 'early'],
    ['comes before the write', [opened, asked, answer, stored], 'early'],
  ] as const)('in which the answer %s is judged rightly', async (_case, lines, verdict) => {
    const log = join(await newFolder(), 'trace');
    writeFileSync(log, lines.join('\n'));
    const expected = { safe: [], early: [], [verdict]: ['write 1-1.'] };
    expect(judgeAnswers(readCalls(log), MARK)).toEqual(expected);
  });
});

const aTrace = hasTool('strace', 'whether each answer follows its synced write') ? describe : undefined;

aTrace?.('by the system calls of the engine', () => {
  afterAll(removeFolders);

  it('each of several concurrent writers is answered after the synced write that holds its own', async () => {
    const { safe, early } = await trace();
    console.log(
      `strace: ${String(safe.length)} answers after their synced write, ${String(early.length)} before`,
    );
    expect(early).toEqual([]);
    expect(new Set(safe).size).toBe(WRITERS * EACH);
  });

  it.each(HASTY.map((mutant): [string, Mutant] => [mutant.name, mutant]))(
    'an engine is caught that %s',
    async (_name, mutant) => {
      const copy = await copyEngine();
      try {
        await copy.apply(mutant);
        expect((await trace(copy.command)).early).not.toEqual([]);
      } finally {
        await copy.remove();
      }
    },
  );

  async function trace(command?: string): Promise<Answers> {
    const log = join(await newFolder(), 'trace');
    const engine = await startEngine({ under: tracing(log), ...(command === undefined ? {} : { command }) });
    await Promise.all(Array.from({ length: WRITERS }, (_, writer) => write(engine.uri, writer)));
    await engine.stop();
    return judgeAnswers(readCalls(log), MARK);
  }

  /** Writes by one connection: two plain writes, then a transaction of one, in turns. */
  async function write(uri: string, writer: number): Promise<void> {
    const client = await new MongoClient(uri, { maxPoolSize: 1 }).connect();
    const rows = client.db('traced').collection<{ _id: string; last?: string }>('rows');
    for (let turn = 0; turn < EACH; turn += 1) {
      const mark = `write ${String(writer)}-${String(turn)}.`;
      if (turn % 3 === 0) await rows.insertOne({ _id: mark });
      else if (turn % 3 === 1) {
        await rows.updateOne(
          { _id: `last of ${String(writer)}` },
          { $set: { last: mark } },
          { upsert: true },
        );
      } else {
        await client.withSession((session) =>
          session.withTransaction(() => rows.insertOne({ _id: mark }, { session })),
        );
      }
    }
    await client.close();
  }
});
