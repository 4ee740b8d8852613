import { copyEngine, MUTANTS, type EngineCopy, type Mutant } from '../isolation/mutants.js';
import { newFolder, removeFolders } from '../process/folders.js';
import { Footprint } from './footprint.js';
import { soak, type SoakOptions, type SoakReport } from './soak.js';

/** SOAK_SECONDS=600 is the long run. */
const SECONDS = Number(process.env['SOAK_SECONDS'] ?? 10);
/** A folder to keep data and models in, for a soak that goes on where the one before ended. */
const KEPT = process.env['SOAK_FOLDER'];
/** A part of the time, the clients go away while the engine is still at work for them. */
const HASTY_SECONDS = Math.min(60, SECONDS / 2);
const HASTY_MS = 10;
/** The data takes a few megabytes, so these are what a leak, or pages never used again, would pass. In megabytes. */
const MOST_MEMORY = 200;
const LARGEST_FILE = 64;

/** An engine that is wrong is found out within a few seconds, by some hundred operations, but the machine may be slow. */
const MOST_SECONDS_TO_FAIL = 60;
const LEAST_TO_FAIL = 3_000;

/** TTL sweeps come each minute; so that a short soak has some, too, the copy that is run has one each half second. */
const OFTEN_SWEPT: Mutant = {
  name: 'sweeps often',
  file: 'expiry/limits.js',
  passage: 'ttlEveryMs: MINUTE',
  replacement: 'ttlEveryMs: 500',
};

/** So that what a client no longer waits for is often still to be done. */
const SLOW_DISK: Mutant = {
  name: 'has a slow disk',
  file: 'storage/group-commit.js',
  passage: 'await this.journal.append(',
  replacement: 'await delay(Math.random() * 400); await this.journal.append(',
};

const WRONG: readonly Mutant[] = [
  ...MUTANTS.filter(({ name }) => name === 'a transaction does not see its own writes'),
  {
    name: 'an index keeps the entries of what is gone',
    file: 'storage/records.js',
    passage: '// While an index is being built,',
    replacement: 'return; //',
  },
  {
    name: 'a write is answered that is never stored',
    file: 'storage/group-commit.js',
    passage: 'const changes = this.pending;',
    replacement: 'const changes = new Map([...this.pending].filter(() => Math.random() > 0.01));',
  },
];

describe('a soak', () => {
  let copy: EngineCopy;

  beforeEach(async () => {
    copy = await copyEngine();
    await copy.apply(OFTEN_SWEPT);
  });

  afterEach(async () => {
    await copy.remove();
    await removeFolders();
  });

  const run = async (seconds: number, more: Partial<SoakOptions> = {}): Promise<SoakReport> => {
    const seed = Number(process.env['FAULT_SEED'] ?? Date.now() % 1_000_000);
    const report = await soak({
      seconds,
      seed,
      folder: await newFolder(),
      command: copy.command,
      ...more,
    });
    console.log(textOf(report, seconds, seed));
    return report;
  };

  it(
    `of ${String(SECONDS)} seconds is answered as the models say, with kills in between, and stays small`,
    async () => {
      const { faults, kills, counts, memory, file } = await run(
        SECONDS,
        KEPT === undefined ? {} : { folder: KEPT },
      );
      expect(faults).toEqual([]);
      expect(kills).toBeGreaterThan(0);
      expect(counts.size).toBeGreaterThan(10);
      expect(Math.max(0, ...memory)).toBeLessThan(MOST_MEMORY);
      expect(Math.max(...file)).toBeLessThan(LARGEST_FILE);
    },
    SECONDS * 1000 + 600_000,
  );

  it(
    `of ${String(HASTY_SECONDS)} seconds by clients that hardly wait for an answer is as the models say, too`,
    async () => {
      await copy.apply(SLOW_DISK);
      const { faults, unanswered } = await run(HASTY_SECONDS, { answerMs: HASTY_MS });
      expect(faults).toEqual([]);
      expect(unanswered).toBeGreaterThan(10);
    },
    HASTY_SECONDS * 1000 + 600_000,
  );

  it.each(WRONG.map((mutant): [string, Mutant] => [mutant.name, mutant]))(
    'finds out an engine in which %s',
    async (_name, mutant) => {
      await copy.apply(mutant);
      expect((await run(MOST_SECONDS_TO_FAIL, { least: LEAST_TO_FAIL })).faults).not.toEqual([]);
    },
    600_000,
  );
});

function textOf(report: SoakReport, seconds: number, seed: number): string {
  const { kills, counts, unanswered, items, indexes, withTtl, memory, file, faults } = report;
  return [
    `${String(seconds)} s, seed ${String(seed)}: ${String(kills)} kills, ${String(unanswered)} unanswered, ${String(items)} items in the end`,
    [...counts].map(([name, count]) => `${name} ${String(count)}`).join(', '),
    `indexes ${indexes}; rows with TTL ${String(withTtl)}`,
    `RssAnon (MB): ${Footprint.sketch(memory)}; most ${String(Math.max(0, ...memory))}`,
    `file (MB): ${Footprint.sketch(file)}; most ${String(Math.max(...file))}`,
    ...faults,
  ].join('\n');
}
