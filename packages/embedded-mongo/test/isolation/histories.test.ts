import { startEngine } from '../kit.js';
import { inspect } from './inspect.js';

describe('concurrent transactions and plain writes upon few documents', () => {
  it('show nothing that snapshot isolation forbids', async () => {
    const engine = await startEngine();
    try {
      const { committed, givenUp, faults } = await inspect(engine, { rounds: 5, clients: 12, each: 40 });
      process.stderr.write(`histories: committed ${String(committed)}, given up ${String(givenUp)}\n`);
      expect(faults).toEqual([]);
      // Without conflicts, and without commits despite them, nothing would have been tried.
      expect(committed + givenUp).toBeGreaterThanOrEqual(2_000);
      expect(committed).toBeGreaterThan(300);
      expect(givenUp).toBeGreaterThan(100);
    } finally {
      await engine.stop();
    }
  }, 600_000);
});
