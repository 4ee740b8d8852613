/** A row of one day: of the account, or of an envelope that it posts to. */
export interface DayRow {
  readonly _id: string;
  readonly seq: number;
  /** What it changes. */
  readonly change: number;
  /** The balance after it, in the order of recording. */
  readonly balance: number;
  /** A sequence from which on every row of the account up to this one is of the same day, where that is told. */
  readonly run_seq: number | null;
}

/** What a row, and all rows of its day between it and the next step below, change. */
export type DayStep = Pick<DayRow, '_id' | 'seq' | 'change'>;

/** Where the rows of one day, of an account or an envelope, are read. */
export interface DaySource {
  /** Those nearest below a sequence, `limit` at most, the highest first. */
  below(seq: number, limit: number): Promise<readonly DayRow[]>;
  /** The lowest one at a sequence or above it. */
  atOrAbove(seq: number): Promise<DayRow | null>;
}

const FIRST_READ = 16;
const LARGEST_READ = 1_024;

/**
 * The steps of a day from its end down to the lowest row that is wanted (`desc`), or from the highest that is wanted
 * down to its start (`asc`); each row that is wanted begins one. Rows are read where no run tells of them: a run that
 * does is one step, from row to row that is wanted and to its first.
 * @param wanted rows of that day, one at least
 */
export async function dayStepsDown(
  source: DaySource,
  wanted: readonly DayRow[],
  dir: 'asc' | 'desc',
): Promise<DayStep[]> {
  const targets = [...wanted].sort((a, b) => b.seq - a.seq);
  const rows = new RowsDown(source);
  const steps: DayStep[] = [];
  const lowest = targets.at(-1)?.seq ?? 0;
  let row = dir === 'desc' ? await rows.below(Infinity) : targets[0];
  while (row && (dir === 'asc' || row.seq > lowest)) {
    const lower = await acrossRun(row, targets, source);
    const change = lower ? row.balance - lower.balance : row.change;
    steps.push({ _id: row._id, seq: row.seq, change });
    row = lower ?? (await rows.below(row.seq));
  }
  if (row) steps.push({ _id: row._id, seq: row.seq, change: row.change });
  return steps;
}

/** The next row below that is wanted, or the first one, of the run that a row tells of. */
async function acrossRun(
  { seq, run_seq }: DayRow,
  targets: readonly DayRow[],
  source: DaySource,
): Promise<DayRow | null> {
  if (run_seq === null) return null;
  const target = targets.find((one) => one.seq < seq);
  if (target && target.seq >= run_seq) return target;
  const first = await source.atOrAbove(run_seq);
  return first && first.seq < seq ? first : null;
}

/** Reads rows downwards, more at a time while none is passed over. */
class RowsDown {
  private read: readonly DayRow[] = [];
  private next = 0;
  private limit = FIRST_READ;
  private lastSeq = Infinity;

  constructor(private readonly source: DaySource) {}

  /** The highest row below a sequence; sequences only go down. */
  async below(seq: number): Promise<DayRow | undefined> {
    if (seq !== this.lastSeq) this.limit = FIRST_READ;
    while ((this.read[this.next]?.seq ?? -Infinity) >= seq) this.next += 1;
    if (this.next >= this.read.length) await this.readBelow(seq);
    const row = this.read[this.next];
    this.next += 1;
    this.lastSeq = row?.seq ?? seq;
    return row;
  }

  private async readBelow(seq: number): Promise<void> {
    this.read = await this.source.below(seq, this.limit);
    this.next = 0;
    this.limit = Math.min(this.limit * 2, LARGEST_READ);
  }
}
