import { setTimeout as delay } from 'node:timers/promises';
import { ChangingSet } from './changing-map.js';
import type { Disk } from './disk.js';
import type { DiskSnapshot } from './disk-snapshot.js';
import type { Key } from './keys.js';
import { Overlay } from './overlay.js';
import { PublishedView } from './view.js';

/** How long the end of the last reader is waited for, in milliseconds. */
const LAST_READERS_MS = 5_000;
/** How often the end of the last reader is looked for, in milliseconds. */
const LOOK_MS = 2;

/** The views that are read by, and what they need: the newest picture of the file, and what is published beyond it. */
export class Pictures {
  private readonly overlay = new Overlay();
  private readonly views = new ChangingSet<PublishedView>();
  private snapshot: DiskSnapshot;

  constructor(private readonly disk: Disk) {
    this.snapshot = disk.snapshot();
  }

  /** The sequence of the newest picture of the file. */
  get sequence(): number {
    return this.snapshot.sequence;
  }

  /** Adds what one transaction has written; `writes` must not change afterwards. */
  publish(sequence: number, writes: ReadonlyMap<Key, Uint8Array | null>): void {
    this.overlay.publish(sequence, writes);
  }

  /** What was published up to a sequence that is not older than the newest picture of the file. */
  at(sequence: number): PublishedView {
    const view = new PublishedView(this.snapshot.retain(), sequence, this.overlay, (released) => {
      this.views.delete(released);
      released.disk.release();
    });
    this.views.add(view);
    return view;
  }

  /** The newest picture of the file, for somebody who calls `release` of it. */
  hold(): DiskSnapshot {
    return this.snapshot.retain();
  }

  /** Takes a new picture of the file, which holds everything up to `durable` now; memory lets go of what nobody needs. */
  renew(durable: number): void {
    const old = this.snapshot;
    this.snapshot = this.disk.snapshot();
    if (this.snapshot.sequence < durable) throw new Error('the disk shows less than it acknowledged');
    old.release();
    const spans = [...this.views].map((view) => ({ after: view.disk.sequence, upTo: view.sequence }));
    this.overlay.prune(durable, spans);
  }

  /** Resolves when nobody reads any more: LMDB does not survive it when a closed file is read. Rejects after a time. */
  async unread(): Promise<void> {
    for (const until = performance.now() + LAST_READERS_MS; this.views.size > 0; await delay(LOOK_MS)) {
      if (performance.now() > until) throw new Error('the store cannot be closed: it is still read');
    }
  }

  /** Lets go of the file, which may then be closed. */
  release(): void {
    this.snapshot.release();
  }
}
