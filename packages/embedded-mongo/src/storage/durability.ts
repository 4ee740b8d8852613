import { Checkpoints } from './checkpoints.js';
import type { Disk } from './disk.js';
import { GroupCommit, type GroupCommitEvents } from './group-commit.js';
import type { Journal } from './journal/journal.js';
import type { SpaceGuard } from './space.js';

/** Long work publishes no more while so much is not in the data file yet, as the space guard counts bytes. */
const MOST_AHEAD = 16 * 1024 * 1024;

export interface DurabilityEvents extends GroupCommitEvents {
  /** Everything up to this sequence is in the data file. */
  readonly onWritten: (sequence: number) => void;
}

/** The way of what is published: into the journal, which makes it durable, and from there into the data file. */
export class Durability {
  readonly commits: GroupCommit;
  private readonly checkpoints: Checkpoints;

  /** @param sequence - what the data file is at. */
  constructor(
    disk: Disk,
    private readonly journal: Journal,
    space: SpaceGuard,
    events: DurabilityEvents,
    sequence: number,
  ) {
    this.checkpoints = new Checkpoints(disk, journal, space, events, sequence);
    this.commits = new GroupCommit(journal, this.checkpoints, space, events, sequence);
  }

  /** What is published and not in the data file yet, in bytes as the space guard counts them. */
  get unwrittenBytes(): number {
    return this.commits.waitingBytes + this.checkpoints.guardedBytes;
  }

  /** Resolves, at once as a rule, when long work may publish more. */
  async roomForMore(): Promise<void> {
    while (this.unwrittenBytes > MOST_AHEAD) {
      await this.commits.whenDurable();
      await this.checkpoints.all();
    }
  }

  /** Resolves when all that is durable by now is in the data file, too. */
  written(): Promise<void> {
    return this.checkpoints.all();
  }

  /** Brings what is durable into the data file and removes the journal. There must be nothing else published. */
  async close(): Promise<void> {
    await this.checkpoints.all();
    this.journal.remove();
  }
}
