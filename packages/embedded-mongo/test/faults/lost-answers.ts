import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { MongoClient, type CommandFailedEvent, type CommandStartedEvent } from 'mongodb';
import type { EngineCopy } from '../isolation/mutants.js';
import { startEngine, type TestEngine } from '../kit.js';
import { newFolder } from '../process/folders.js';

/**
 * Kills the process when a frame of the journal is on disk, before anything of it is answered: of the frame that holds the
 * mark in the file that the environment names. The file then has another name, as the sign that it happened there.
 */
const DIES_BEFORE_ITS_ANSWER = {
  name: 'dies before its answer',
  file: 'storage/group-commit.js',
  passage: 'await this.journal.append(this.durable, upTo, changes, isAlone);',
  replacement: `await this.journal.append(this.durable, upTo, changes, isAlone);
        const files = process.getBuiltinModule('node:fs');
        const order = process.env.MARK_OF_DEATH;
        if (files.existsSync(order)) {
            const mark = files.readFileSync(order, 'latin1');
            const holds = (value) => value !== null && Buffer.from(value).includes(mark);
            if ([...changes].some(([key, value]) => key.includes(mark) || holds(value))) {
                files.renameSync(order, order + '.done');
                process.kill(process.pid, 'SIGKILL');
            }
        }`,
};

/** How a command of the client came back. */
interface Attempt {
  readonly command: string;
  readonly transaction: number;
  readonly answer: 'none' | 'given';
}

/** What an operation lost when the engine died under it. */
export type Lost = 'the answer' | 'something else';

/** An engine that dies on demand between the sync of a write and its answer, and a client of one connection. */
export class DyingEngine {
  private attempts: Attempt[] = [];

  private constructor(
    readonly engine: TestEngine,
    readonly client: MongoClient,
    private readonly order: string,
  ) {
    const started = new Map<number, CommandStartedEvent>();
    const finished = (requestId: number, answer: Attempt['answer']): void => {
      const { command, commandName } = started.get(requestId) ?? {};
      const transaction = Number(command?.['txnNumber'] ?? 0);
      this.attempts.push({ command: commandName ?? '', transaction, answer });
      started.delete(requestId);
    };
    client.on('commandStarted', (event) => started.set(event.requestId, event));
    client.on('commandSucceeded', ({ requestId }) => finished(requestId, 'given'));
    client.on('commandFailed', ({ requestId, failure }: CommandFailedEvent) => {
      finished(requestId, failure.name === 'MongoNetworkError' ? 'none' : 'given');
    });
  }

  static async start(copy: EngineCopy): Promise<DyingEngine> {
    await copy.apply(DIES_BEFORE_ITS_ANSWER);
    const order = join(await newFolder(), 'mark');
    const engine = await startEngine({ command: copy.command, env: { MARK_OF_DEATH: order } });
    return new DyingEngine(engine, await DyingEngine.connect(engine, true), order);
  }

  /** One more client, of one connection: of several that break together the driver tells only the first rightly. */
  static async connect(engine: TestEngine, monitorCommands = false): Promise<MongoClient> {
    return new MongoClient(engine.uri, {
      maxPoolSize: 1,
      monitorCommands,
      minHeartbeatFrequencyMS: 50,
      serverSelectionTimeoutMS: 60_000,
    }).connect();
  }

  /**
   * Runs an operation whose documents bear the mark; the engine dies when they are on disk, and is started again.
   * Resolves with the operation's result, and with what it lost: the answer, where the same command was sent twice,
   * answered the second time only, and the engine died at the place that is meant.
   */
  async loseAnswer<T>(mark: string, operation: () => Promise<T>): Promise<{ result: T; lost: Lost }> {
    this.attempts = [];
    writeFileSync(this.order, mark);
    const running = operation();
    const first = await Promise.race([this.engine.ended(), running.then(() => 'answered' as const)]);
    if (first === 'answered') throw new Error('the engine answered and lives');
    await this.engine.restart();
    const result = await running;
    const [one, other] = this.attempts.slice(-2);
    const isRetry = one?.command === other?.command && one?.transaction === other?.transaction;
    const isLost = isRetry && one?.answer === 'none' && other?.answer === 'given';
    const diedThere = existsSync(`${this.order}.done`) && !existsSync(this.order);
    return { result, lost: isLost && diedThere ? 'the answer' : 'something else' };
  }

  async stop(): Promise<void> {
    await this.client.close();
    await this.engine.stop();
  }
}
