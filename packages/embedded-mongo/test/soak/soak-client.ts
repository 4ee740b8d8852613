import { isDeepStrictEqual } from 'node:util';
import { MongoServerError } from 'mongodb';
import { isLostConnection } from '../lost-connection.js';
import { copyToCollections } from './collections.js';
import type { Line } from './line.js';
import { LongRead } from './long-read.js';
import { Model, receiptsOf, type Item, type Random } from './model.js';
import { itemsOf, type Operation } from './operation.js';
import { anyRead } from './reads.js';
import { anyTransaction, checkAnswer } from './transactions.js';
import { anyWrite, insertDuplicates } from './writes.js';

const QUERY_PLAN_KILLED = 175;

/** Of each hundred operations. */
const CHANCES: readonly [number, (circumstances: Parameters<typeof anyRead>[0]) => Operation][] = [
  [35, anyWrite],
  [30, anyRead],
  [28, anyTransaction],
  [4, insertDuplicates],
  [3, copyToCollections],
];

/** Whether an operation may have taken effect or not: its answer was lost, or its index was dropped under it. */
export function isUnsure(error: unknown): boolean {
  return isLostConnection(error) || (error instanceof MongoServerError && error.code === QUERY_PLAN_KILLED);
}

/** A client that does random things to items of its own and compares each answer with its model. */
export class SoakClient {
  /** What was asked for, and how often. */
  readonly counts = new Map<string, number>();
  /** How many operations ended without an answer. */
  unsure = 0;
  fault: string | undefined;
  private longRead: LongRead | undefined;
  private made = 0;

  constructor(
    private readonly line: Line,
    public model: Model,
    private readonly random: Random,
    private readonly run: string,
  ) {}

  /** Works until told to stop or something is wrong, which `fault` then says. */
  async work(going: () => boolean): Promise<void> {
    try {
      while (going() && this.fault === undefined) {
        await this.turn(this.anyOperation());
        if (this.random(3) === 0) await this.readOn();
      }
    } catch (error) {
      this.fault = `client ${String(this.model.owner)}: ${String(error)}`;
    } finally {
      await this.line.close();
    }
  }

  private anyOperation(): Operation {
    let chance = this.random(100);
    const newId = (): string => `${String(this.model.owner)}-${this.run}-${String((this.made += 1))}`;
    for (const [share, make] of CHANCES) {
      chance -= share;
      if (chance < 0) return make({ random: this.random, model: this.model, newId });
    }
    throw new Error('the chances are fewer than a hundred');
  }

  private async turn(operation: Operation): Promise<void> {
    this.counts.set(operation.name, (this.counts.get(operation.name) ?? 0) + 1);
    const { client } = this.line;
    try {
      checkAnswer(
        operation,
        await this.line.answered(operation.run({ client, items: itemsOf(client), within: {} })),
      );
      this.model.apply(operation.changes);
      this.longRead?.noteChanges(operation.changes);
    } catch (error) {
      if (!isUnsure(error)) throw error;
      this.unsure += 1;
      await this.findOut(operation);
    }
  }

  /** Looks what has become of an operation whose answer was lost, once nothing more can come of it. */
  private async findOut({ name, changes, atomic, between }: Operation): Promise<void> {
    this.longRead = undefined;
    const { owner } = this.model;
    const own = { owner: { $in: [owner, receiptsOf(owner)] } };
    const items = await this.line.findOut(() => itemsOf(this.line.client).find(own).toArray());
    const found = new Model(owner, items);
    const after = this.model.fork();
    after.apply(changes);
    const ids = new Set([this.model, after, found].flatMap((one) => one.everything().map(({ _id }) => _id)));
    const differing = (from: Model): string[] =>
      [...ids].filter((id) => !isDeepStrictEqual(found.get(id), from.get(id)));
    const [fromBefore, fromAfter] = [new Set(differing(this.model)), differing(after)];
    const isWhole = fromBefore.size === 0 || fromAfter.length === 0;
    const isOnTheWay = (id: string): boolean =>
      between !== undefined && isDeepStrictEqual(found.get(id), between);
    const isInPart = !atomic && fromAfter.every((id) => !fromBefore.has(id) || isOnTheWay(id));
    if (!isWhole && !isInPart) {
      this.fault = `client ${String(owner)}: after ${name}, unanswered, ${[...fromBefore].join(', ')} are neither as before nor as after`;
    }
    this.model = found;
  }

  private async readOn(): Promise<void> {
    try {
      this.longRead ??= new LongRead(this.line.client, this.model);
      const verdict = await this.line.answered(this.longRead.next());
      if (verdict === undefined) return;
      if (verdict !== '') this.fault = `client ${String(this.model.owner)}: ${verdict}`;
      this.counts.set('long read', (this.counts.get('long read') ?? 0) + 1);
      this.longRead = undefined;
    } catch (error) {
      this.longRead = undefined;
      // A cursor ends with the engine's process.
      const isGone = error instanceof MongoServerError && error.code === 43;
      if (!isGone && !isUnsure(error)) throw error;
    }
  }
}

/** All clients' items, as the engine has them, that are not as their models say. */
export function differencesIn(found: readonly Item[], models: readonly Model[]): string[] {
  const expected = new Map(models.flatMap((model) => model.everything()).map((item) => [item._id, item]));
  const ids = new Set([...expected.keys(), ...found.map(({ _id }) => _id)]);
  const stored = new Map(found.map((item) => [item._id, item]));
  return [...ids].filter((id) => !isDeepStrictEqual(stored.get(id), expected.get(id)));
}
