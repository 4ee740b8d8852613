import { NOT_EXPECTED, notExpected } from './not-expected.js';
import { runCase } from './run-case.js';
import { SpecEngine } from './spec-engine.js';
import { casesOf, hasSpecFolder, SPEC_FOLDER, type FoundCase } from './spec-folder.js';

/** How many cases of each specification must run on a one-node replica set of version 8.0 without users. */
const MUST_RUN: Readonly<Record<string, number>> = {
  crud: 384,
  transactions: 177,
  'transactions-convenient-api': 29,
  'retryable-writes': 119,
  'unified-test-format': 71,
};

interface Counts {
  passed: number;
  failed: number;
  notExpected: number;
}

const say = (line: string): void => void process.stderr.write(`${line}\n`);

if (hasSpecFolder()) {
  describe("the drivers' own cases", runAll);
} else if (process.env['CI'] === 'true') {
  it("has the drivers' own cases", () => {
    throw new Error(`There is no folder ${SPEC_FOLDER} (set MONGODB_SPECS).`);
  });
} else {
  say(`The drivers' own cases do not run: there is no folder ${SPEC_FOLDER} (set MONGODB_SPECS).`);
  it("are skipped: the drivers' own cases, whose folder is missing", () => {
    expect(hasSpecFolder()).toBe(false);
  });
}

function runAll(): void {
  let engine: SpecEngine;
  const all = new Map<string, Counts>();

  beforeAll(async () => {
    engine = await SpecEngine.start(process.env['MONGODB_SPECS_LISTENER'] === 'socket' ? 'socket' : 'tcp');
  });
  afterAll(async () => {
    for (const [folder, { passed, failed, notExpected }] of all) {
      say(
        `${folder}: ${passed} passed, ${failed} failed, ${notExpected} failed as listed in not-expected.ts`,
      );
    }
    expect(await engine.stop()).toEqual([]);
  });

  for (const [folder, count] of Object.entries(MUST_RUN)) {
    describe(folder, () => {
      const cases = casesOf(folder);
      const counts: Counts = { passed: 0, failed: 0, notExpected: 0 };
      all.set(folder, counts);
      it(`has ${count} cases that must run`, () => {
        expect(cases).toHaveLength(count);
      });
      it('lists as not expected only cases that must run', () => {
        const listed = NOT_EXPECTED.filter((entry) => entry.folder === folder);
        const names = new Set(cases.map(({ fileName, test }) => `${fileName} ${test.description}`));
        const unknown = listed.flatMap((entry) =>
          entry.cases.filter((name) => !names.has(`${entry.fileName} ${name}`)),
        );
        expect(unknown).toEqual([]);
      });
      for (const found of cases) declare(found, counts, () => engine);
    });
  }
}

function declare(
  { folder, fileName, file, test }: FoundCase,
  counts: Counts,
  engine: () => SpecEngine,
): void {
  const run = (): Promise<void> => runCase(file, test, engine().uri, engine().internal);
  const name = `${fileName}: ${test.description}`;
  const listed = notExpected(folder, fileName, test.description);
  if (listed === undefined) {
    it(name, async () => {
      counts.failed += 1;
      await run();
      counts.failed -= 1;
      counts.passed += 1;
    });
  } else {
    it(`${name} (fails: ${listed.reason})`, async () => {
      counts.failed += 1;
      await expect(run()).rejects.toThrow(listed.failure);
      counts.failed -= 1;
      counts.notExpected += 1;
    });
  }
}
