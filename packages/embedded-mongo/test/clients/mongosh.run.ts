import { execFile } from 'node:child_process';
import { access, constants, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';
import { EmbeddedMongo } from '../../src/index.js';

const run = promisify(execFile);

/** What is asked in the shell; each answer is printed as one line of JSON. */
const QUESTIONS: readonly (readonly [question: string, answer: unknown])[] = [
  ['db.dropDatabase().ok', 1],
  ['db.c.insertOne({ _id: 1, a: 2 }).insertedId', 1],
  ['db.c.insertMany([{ _id: 2, a: 1 }, { _id: 3, a: 3 }]).acknowledged', true],
  ["db.getMongo().getDBNames().includes('shell')", true],
  ['db.getCollectionNames()', ['c']],
  ['db.c.find().sort({ a: 1 }).toArray().map((d) => d._id)', [2, 1, 3]],
  ['db.c.find().sort({ a: 1 }).explain().queryPlanner.winningPlan.stage', 'SORT'],
  ["db.c.createIndex({ a: -1 }, { name: 'down' })", 'down'],
  ['db.c.find().sort({ a: 1 }).explain().queryPlanner.winningPlan.inputStage.indexName', 'down'],
  ['db.c.getIndexes().map((i) => i.name)', ['_id_', 'down']],
  ['db.c.stats().count', 3],
  ['db.stats().objects', 3],
  ['typeof db.serverStatus().connections.current', 'number'],
  ['rs.status().members[0].stateStr', 'PRIMARY'],
  ['rs.conf().members.length', 1],
  ['db.hello().setName', 'rs0'],
  ['db.currentOp().inprog.length > 0', true],
  ['db.killOp(123456789).info', 'attempting to kill op'],
  ['db.c.validate({ full: true }).valid', true],
  ['db.runCommand({ ping: 1 }).ok', 1],
  ['db.c.aggregate([{ $group: { _id: null, n: { $sum: "$a" } } }]).toArray()', [{ _id: null, n: 6 }]],
  ["db.createCollection('cap', { capped: true, size: 4096, max: 2 }).ok", 1],
  ['db.cap.insertMany([{ _id: 1 }, { _id: 2 }, { _id: 3 }]).acknowledged', true],
  ['[db.cap.isCapped(), db.cap.countDocuments()]', [true, 2]],
  ["db.runCommand({ collMod: 'c', validator: { a: { $type: 'number' } } }).ok", 1],
  ["(() => { try { db.c.insertOne({ a: 'x' }); } catch (e) { return e.code; } })()", 121],
  [
    "(() => { const s = db.getMongo().startSession(); s.withTransaction(() => { s.getDatabase('shell').c.updateOne({ _id: 1 }, { $inc: { a: 5 } }); }); s.endSession(); return db.c.findOne({ _id: 1 }).a; })()",
    7,
  ],
  ['(() => { try { db.c.watch(); } catch (e) { return e.code; } })()', 40324],
  [
    "(() => { try { db.createUser({ user: 'a', pwd: 'b', roles: [] }); } catch (e) { return e.code; } })()",
    59,
  ],
  ['db.c.drop()', true],
];

/** The shell, from the environment variable MONGOSH or the path; undefined where there is none. */
async function findShell(): Promise<string | undefined> {
  const folders = (process.env['PATH'] ?? '').split(delimiter);
  const candidates = [process.env['MONGOSH'] ?? '', ...folders.map((folder) => join(folder, 'mongosh'))];
  for (const candidate of candidates) {
    if (candidate === '') continue;
    const isThere = access(candidate, constants.X_OK).then(
      () => true,
      () => false,
    );
    if (await isThere) return candidate;
  }
  return undefined;
}

const shell = await findShell();

describe('mongosh', () => {
  if (shell === undefined) {
    it('is there to be tried', () => {
      const missing =
        'mongosh is neither on the path nor named by MONGOSH ' +
        '(elsewhere: npm install mongosh, then MONGOSH=.../node_modules/.bin/mongosh)';
      // In CI, nothing may go untried.
      if (process.env['CI'] === 'true' || process.env['MONGOSH'] !== undefined) throw new Error(missing);
      process.stderr.write(`${missing}; not tried: the engine with the shell\n`);
    });
    return;
  }

  it.each(['TCP', 'a Unix socket'])(
    'answers each question by %s',
    async (way) => {
      const folder = await mkdtemp(join(tmpdir(), 'engine-'));
      const server = await EmbeddedMongo.start({
        dbPath: join(folder, 'data'),
        ...(way === 'TCP' ? { port: 0 } : { socket: join(folder, 'run', 'e.sock') }),
      });
      try {
        const script = join(folder, 'questions.js');
        const lines = QUESTIONS.map(([question]) => `print(EJSON.stringify(${question}));`);
        await writeFile(script, ["db = db.getSiblingDB('shell');", ...lines].join('\n'));
        const { stdout } = await run(shell, ['--quiet', '--norc', server.uri, script], {
          env: { ...process.env, HOME: folder },
        });
        const answers = stdout.split('\n').filter((line) => /^([[{"\d]|true|false)/.test(line));
        expect(answers.map((line): unknown => JSON.parse(line))).toEqual(
          QUESTIONS.map(([, answer]) => answer),
        );
      } finally {
        await server.stop();
        await rm(folder, { recursive: true, force: true });
      }
    },
    120_000,
  );
});
