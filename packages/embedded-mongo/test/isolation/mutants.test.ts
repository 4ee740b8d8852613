import { startEngine } from '../kit.js';
import { inspect, type Findings } from './inspect.js';
import { copyEngine, MUTANTS, type EngineCopy, type Mutant } from './mutants.js';

describe('of engines that are wrong on purpose', () => {
  let copy: EngineCopy;

  beforeEach(async () => {
    copy = await copyEngine();
  });

  afterEach(async () => {
    await copy.remove();
  });

  async function findings(rounds: number): Promise<Findings> {
    const engine = await startEngine({ command: copy.command });
    try {
      return await inspect(engine, { rounds, clients: 8, each: 20 });
    } finally {
      await engine.stop();
    }
  }

  it('a copy without a change is right', async () => {
    expect((await findings(2)).faults).toEqual([]);
  });

  it.each(MUTANTS.map((mutant): [string, Mutant] => [mutant.name, mutant]))(
    'one is caught in which %s',
    async (_, mutant) => {
      await copy.apply(mutant);
      const { faults } = await findings(12);
      expect(faults).not.toEqual([]);
    },
  );
});
