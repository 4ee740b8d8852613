import { LIMITS } from '../domain/limits.js';

const ROOM = 4_096;
const STANDS = 1;
const UNDONE = 2;
/** Beside one of both: the event before belongs to the same batch. */
const JOINED = 4;

/** Which transactions of a log stand, event by event, and which of them are a batch. A byte an event. */
export class StandingRoots {
  private marks = new Uint8Array(ROOM);
  private length = 0;
  /** How many stand in each `ROOM` of sequences. */
  private readonly counts: number[] = [0];

  /** Takes the next event: a transaction, of the batch of the event before or not, or another one. */
  next(isRoot: boolean, joined: boolean): void {
    this.length += 1;
    if (this.length >= this.marks.length) this.grow();
    if (!isRoot) return;
    this.marks[this.length] = STANDS | (joined ? JOINED : 0);
    this.count(this.length, 1);
  }

  /** Takes a transaction back, or lets it stand again. What is none, or is so already, stays as it is. */
  turn(seq: number, stands: boolean): void {
    const mark = this.marks[seq] ?? 0;
    const [was, becomes] = stands ? [UNDONE, STANDS] : [STANDS, UNDONE];
    if ((mark & was) === 0) return;
    this.marks[seq] = (mark & JOINED) | becomes;
    this.count(seq, stands ? 1 : -1);
  }

  /** Whether any transaction stands from that sequence on. */
  anyFrom(seq: number): boolean {
    const room = Math.floor(seq / ROOM);
    if (this.counts.some((count, index) => index > room && count > 0)) return true;
    return this.marks.subarray(seq, (room + 1) * ROOM).some((mark) => (mark & STANDS) > 0);
  }

  /** The first and the last sequence of the batch that a transaction belongs to; null for more than a batch can hold. */
  batchOf(seq: number): readonly [first: number, last: number] | null {
    const joined = (place: number) => ((this.marks[place] ?? 0) & JOINED) > 0;
    let [first, last] = [seq, seq];
    while (joined(first) && seq - first <= LIMITS.at_once) first -= 1;
    while (joined(last + 1) && last - first <= LIMITS.at_once) last += 1;
    return last - first < LIMITS.at_once ? [first, last] : null;
  }

  /** How many of the transactions between two sequences, both included, stand or do not. */
  countOf([first, last]: readonly [number, number], stand: boolean): number {
    const wanted = stand ? STANDS : UNDONE;
    return this.marks.subarray(first, last + 1).reduce((sum, mark) => sum + ((mark & wanted) > 0 ? 1 : 0), 0);
  }

  private count(seq: number, change: number): void {
    const room = Math.floor(seq / ROOM);
    this.counts[room] = (this.counts[room] ?? 0) + change;
  }

  private grow(): void {
    const marks = new Uint8Array(this.marks.length * 2);
    marks.set(this.marks);
    this.marks = marks;
  }
}
