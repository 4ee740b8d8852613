import { EngineProcess } from '../kit/engine-process.js';
import {
  ACKNOWLEDGED_BETWEEN_KILLS,
  FULL,
  oneRound,
  print,
  VERIFY_MS,
  type Killable,
  type Round,
} from './rounds.js';
import { databaseOf, Services } from './services.js';
import { Writers } from './writers.js';

const ROUNDS = FULL ? 60 : 4;
const ROUNDS_A_LEDGER = 20;
type Target = 'one' | 'engine' | 'other' | 'all';
const TURNS: readonly Target[] = ['one', 'engine', 'other', 'all'];
const TARGETS = Array.from({ length: ROUNDS }, (_, index) => TURNS[index % TURNS.length] ?? 'all');

/** Two services on the database of an engine that belongs to neither. */
class Pair implements Killable<Target> {
  constructor(
    readonly engine: EngineProcess,
    readonly services: Services,
  ) {}

  get databaseUri(): string {
    return databaseOf(this.engine);
  }

  async kill(target: Target): Promise<number> {
    const killed = performance.now();
    const hit = target === 'all' ? [0, 1] : target === 'one' ? [0] : target === 'other' ? [1] : [];
    await Promise.all([
      ...hit.map((index) => this.services.at(index).kill9()),
      ...(target === 'engine' || target === 'all' ? [this.engine.kill9()] : []),
    ]);
    if (target === 'engine' || target === 'all') await this.engine.restart();
    await Promise.all(hit.map((index) => this.services.launch(index)));
    await this.services.ready();
    return performance.now() - killed;
  }
}

describe('kill -9 of two services on one database, and of the engine', () => {
  let pair: Pair;
  let writers: Writers;
  const rounds: Round[] = [];

  beforeAll(async () => {
    const engine = await EngineProcess.start();
    pair = new Pair(engine, await Services.start(2, databaseOf(engine)));
  });

  afterAll(async () => {
    print(`kill -9 of two services on one database, and of the engine: ${rounds.length} rounds`, rounds);
    await pair.services.stop();
    await pair.engine.stop();
  });

  it.each(TARGETS.map((target, index) => [index + 1, target] as const))(
    'round %i: %s killed, nothing acknowledged is lost, nothing is there in part or twice',
    async (number, target) => {
      if (number % ROUNDS_A_LEDGER === 1) writers = await Writers.open({ origins: pair.services.origins });
      const round = await oneRound(pair, writers, target);
      rounds.push(round);
      if (round.problems.length > 0) console.error(pair.services.complaints);
      expect(round.problems).toEqual([]);
      expect(round.acknowledged).toBeGreaterThanOrEqual(ACKNOWLEDGED_BETWEEN_KILLS);
    },
    600_000,
  );

  it(
    'leaves a database that ledger:verify finds nothing in',
    async () => {
      const { code, stdout } = await pair.services.verify();
      expect([code, stdout]).toEqual([0, expect.stringContaining('All is well')]);
    },
    VERIFY_MS,
  );
});
