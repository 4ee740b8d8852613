import { readdirSync, readFileSync } from 'node:fs';
import { setTimeout as wait } from 'node:timers/promises';
import { startEngine, type TestEngine } from '../kit.js';

/** A kill may come when the check has told its findings already; so many times in a row it does not. */
const ATTEMPTS = 20;

let engine: TestEngine;

beforeAll(async () => {
  engine = await startEngine();
  const rows = engine.client.db('checked').collection('rows');
  await rows.createIndex({ text: 1 });
  const text = 'x'.repeat(200);
  await rows.insertMany(Array.from({ length: 20_000 }, (_, n) => ({ text: `${text}${String(n)}` })));
});

afterAll(async () => {
  await engine.stop();
});

const validate = () => engine.client.db('checked').command({ validate: 'rows' });

/** The process that the engine has started, once it is there and, if need be, has the data file open. */
function checking(isReading: boolean): number | undefined {
  const tasks = `/proc/${String(engine.pid)}/task`;
  for (const task of readdirSync(tasks)) {
    const [pid] = readFileSync(`${tasks}/${task}/children`, 'utf8').split(' ').map(Number);
    if (pid === undefined || pid === 0) continue;
    if (!isReading || readFileSync(`/proc/${String(pid)}/maps`, 'utf8').includes('data.mdb')) return pid;
  }
  return undefined;
}

/** Validates, and sends the signal to the process that does it; answers what the engine then says. */
async function interrupted(signal: NodeJS.Signals, isReading: boolean): Promise<unknown> {
  for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
    const state = { done: false };
    const validating = validate().finally(() => (state.done = true));
    let hit = false;
    while (!state.done && !hit) {
      try {
        const pid = checking(isReading);
        if (pid !== undefined) hit = process.kill(pid, signal);
      } catch (error) {
        // It has ended between two looks.
        if (!['ENOENT', 'ESRCH'].includes((error as NodeJS.ErrnoException).code ?? '')) throw error;
      }
      if (!hit) await wait(1);
    }
    const answer = await validating;
    if (answer['valid'] !== true) return answer;
  }
  throw new Error(`${String(ATTEMPTS)} times what was ended in the middle counted as sound`);
}

describe('a check whose process is ended in the middle', () => {
  it.each<[NodeJS.Signals, string, boolean]>([
    ['SIGSEGV', 'while it reads', true],
    ['SIGKILL', 'while it reads', true],
    ['SIGKILL', 'at its start', false],
  ])('by %s %s finds the collection not valid', async (signal, _when, isReading) => {
    expect(await interrupted(signal, isReading)).toMatchObject({
      valid: false,
      errors: [expect.stringContaining(`ended early (${signal})`)],
    });
  });

  it('and finds it valid when it is left alone', async () => {
    expect(await validate()).toMatchObject({ valid: true, errors: [] });
  });
});
