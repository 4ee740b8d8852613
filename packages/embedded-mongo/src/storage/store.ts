import { Background } from './background.js';
import { Catalogue } from './catalogue.js';
import { ChangingSet } from './changing-map.js';
import type { Collection } from './collection.js';
import type { FolderReport } from './check/report.js';
import { RunningChecks } from './check/running.js';
import { EntryCounts } from './counts.js';
import { Disk } from './disk.js';
import { Durability } from './durability.js';
import { checkFormat } from './format.js';
import { allIndexes } from './insertion-order.js';
import type { Journal } from './journal/journal.js';
import { recoverJournal, roomToRecover } from './journal/recover.js';
import { LockedByTransaction, Locks } from './locks.js';
import { Pictures } from './pictures.js';
import { sizeOfChanges, SpaceGuard, type MeasureSpace } from './space.js';
import { Transaction } from './transaction.js';
import type { View } from './view.js';
import { patient, type Waiter } from './waiting.js';
import { WastefulTransactions } from './wasteful.js';

export interface StoreOptions {
  /** The file could not be written. Nothing may be acknowledged after that: the process should end. */
  readonly onFatal: (error: unknown) => void;
  /** How much disk space is free; by default the file system is asked. */
  readonly measureSpace?: MeasureSpace | undefined;
}

/** Whether a write keeps off the last disk space, or tidies up and may use it. */
export type Need = 'spare the reserve' | 'use the reserve';

/**
 * The data: published changes in memory first, durable with the next frame of the journal. Everything runs in one thread,
 * so what happens between two awaits is atomic.
 */
export class Store {
  readonly catalogue = new Catalogue();
  readonly counts = new EntryCounts();
  private readonly locks = new Locks();
  private readonly open = new ChangingSet<Transaction>();
  private readonly wasteful = new WastefulTransactions();
  private readonly durability: Durability;
  private readonly background: Background;
  private readonly checks: RunningChecks;
  private readonly pictures: Pictures;
  private published: number;

  private constructor(
    folder: string,
    private readonly disk: Disk,
    journal: Journal,
    private readonly space: SpaceGuard,
    options: StoreOptions,
  ) {
    this.background = new Background(options.onFatal);
    this.checks = new RunningChecks(folder);
    this.pictures = new Pictures(disk);
    this.published = this.pictures.sequence;
    this.durability = new Durability(
      disk,
      journal,
      space,
      {
        extraRecords: () => this.counts.takeChanged(),
        onLateRecords: (sequence, records) => this.pictures.publish(sequence, records),
        onWritten: (sequence) => this.pictures.renew(sequence),
        onFatal: options.onFatal,
        openTransactions: () => this.open.size,
      },
      this.published,
    );
  }

  /**
   * Opens the data in `folder` (made where it does not exist) and loads the catalogue. Collections that were
   * dropped but not cleared yet come back in `dropped`. Throws where the folder's format is newer than this code,
   * where its data file has been cut short, and OutOfDiskSpace.
   */
  static open(folder: string, options: StoreOptions): { store: Store; dropped: Collection[] } {
    const disk = Disk.open(folder, options.measureSpace, roomToRecover(folder));
    const journal = recoverJournal(folder, disk);
    const store = new Store(folder, disk, journal, new SpaceGuard(folder, options.measureSpace), options);
    const view = store.latest();
    checkFormat(view);
    const { live, dropped } = store.catalogue.load(view);
    for (const collection of live) {
      for (const index of allIndexes(collection)) store.counts.load(view, index.prefix);
    }
    view.release();
    return { store, dropped };
  }

  /** The sequence of the last published change. */
  get publishedSequence(): number {
    return this.published;
  }

  /** Everything up to this sequence has reached the disk. */
  get durableSequence(): number {
    return this.durability.commits.durableSequence;
  }

  /** What is published and not on disk yet, in bytes as the space guard counts them. */
  get waitingBytes(): number {
    return this.durability.commits.waitingBytes;
  }

  /** Whether somebody waits for a commit, or has a transaction open that may soon be one. */
  get isCommittedTo(): boolean {
    return this.open.size > 0 || this.durability.commits.isAwaited;
  }

  /** What is published now. */
  latest(): View {
    return this.pictures.at(this.published);
  }

  /** What is on disk now: all that majority, snapshot and linearizable reads may show. */
  flushed(): View {
    return this.pictures.at(Math.max(this.durability.commits.durableSequence, this.pictures.sequence));
  }

  /** Begins a client's transaction: it reads what is published now, until it is committed or ended. */
  begin(): Transaction {
    const transaction = this.newTransaction(false);
    this.open.add(transaction);
    void transaction.ended.then(() => this.closed(transaction));
    return transaction;
  }

  /**
   * Publishes a transaction's writes, all at once; `durable` of the sequence it returns tells when they are safe.
   * Throws OutOfDiskSpace, before anything of it can be seen, where the disk has no room for them.
   */
  publish(transaction: Transaction): number {
    return this.publishWith(transaction, 'spare the reserve');
  }

  private publishWith(transaction: Transaction, need: Need): number {
    if (transaction.writes.size > 0 || transaction.lateWrites.size > 0) {
      const bytes = sizeOfChanges(transaction.writes.values());
      if (need === 'spare the reserve') this.space.checkRoom(this.durability.unwrittenBytes + bytes);
      this.published += 1;
      this.pictures.publish(this.published, transaction.writes);
      if (this.open.size > 0) this.locks.noteWritten(transaction.locked, this.published);
      this.counts.apply(transaction.counts);
      this.durability.commits.enqueue(this.published, transaction.writes, transaction.lateWrites, bytes);
    }
    const sequence = this.published;
    transaction.published(sequence);
    return sequence;
  }

  /**
   * Runs one plain write: `write` runs in a transaction of its own over what is published now, without a break,
   * and is published when it returns. Where it meets a document that an open transaction has written, it waits for
   * the end of that and runs again; so it must not change anything but through the transaction. Throws OutOfDiskSpace
   * before `write` runs, unless it tidies up what must not stay: that may use the reserve, and waits where even that
   * is used up.
   * @param waiter - who waits for a locked document, and may give up.
   */
  async writeOnce<T>(
    write: (transaction: Transaction) => T,
    need: Need = 'spare the reserve',
    waiter: Waiter = patient,
  ): Promise<T> {
    for (;;) {
      if (need === 'spare the reserve') this.space.checkBeginning(this.durability.unwrittenBytes);
      else await this.space.whenPossible(this.durability.unwrittenBytes);
      const outcome = this.attempt(write, need);
      if (outcome.done) return outcome.result;
      await waiter.until(outcome.holder.ended);
    }
  }

  /** Resolves when everything that is published up to `sequence` is on disk. */
  durable(sequence = this.published): Promise<void> {
    return this.durability.commits.whenDurable(sequence);
  }

  /** Resolves, at once as a rule, when long work may publish more. */
  roomForMore(): Promise<void> {
    return this.durability.roomForMore();
  }

  /** The open transactions that have used this collection. */
  usersOf(collection: Collection): Transaction[] {
    return [...this.open].filter((transaction) => transaction.touched.has(collection));
  }

  /**
   * Ends the transactions whose picture has kept more than so many bytes of the file from reuse, as far as can be told
   * from what the file has gained in unused pages since they were first looked at. To be called once a second or so.
   */
  endWasteful(bytes: number): void {
    if (this.open.size === 0) return;
    this.wasteful.end(this.open, this.disk.unusedBytes(), bytes);
  }

  /**
   * Lets a long change go on by itself; `close` waits for it, a failure of it is fatal. For want of disk space it may
   * end half done: it must be such that it is begun again later.
   */
  inBackground(work: Promise<void>): void {
    this.background.add(work);
  }

  /** The same for a change in slices that wait by `whileOpen`: behind those before it, and given up by `close`. */
  inTurnInBackground(work: () => Promise<void>): void {
    this.background.addInTurn(work);
  }

  /** Waits patiently, and rejects after it when the store is being closed. */
  get whileOpen(): Waiter {
    return this.background.waiter;
  }

  /**
   * Checks what is on disk in a process of its own, all of it or one collection by its namespace; `checkInterrupt` may
   * throw to give it up. Throws OutOfDiskSpace where the disk is full: that process would not survive it.
   */
  async check(ns: string | undefined, checkInterrupt: () => void): Promise<FolderReport> {
    this.space.checkRoom(0);
    await this.durability.written();
    this.checks.checkGoingOn();
    return this.checks.run(ns, checkInterrupt, this.pictures.hold());
  }

  /**
   * Waits for what is published and until nobody reads any more, then closes the file. Open transactions are given up;
   * who reads outside them must have been told to stop.
   */
  async close(): Promise<void> {
    this.checks.giveUp();
    this.background.stop();
    for (const transaction of this.open) transaction.end();
    // The end of a transaction may set off work of its own.
    await this.durable();
    await this.background.ended();
    await this.pictures.unread();
    await this.durable();
    await this.checks.ended();
    await this.durability.close();
    this.pictures.release();
    await this.disk.close();
  }

  private attempt<T>(
    write: (transaction: Transaction) => T,
    need: Need,
  ): { done: true; result: T } | { done: false; holder: Transaction } {
    const transaction = this.newTransaction(true);
    try {
      const result = write(transaction);
      this.publishWith(transaction, need);
      return { done: true, result };
    } catch (error) {
      if (error instanceof LockedByTransaction) return { done: false, holder: error.holder };
      throw error;
    } finally {
      transaction.end();
    }
  }

  private newTransaction(isPlain: boolean): Transaction {
    return new Transaction(this.pictures.at(this.published), this.locks, isPlain, (change) => {
      const own = this.newTransaction(true);
      try {
        change(own, this.catalogue);
        this.publish(own);
      } finally {
        own.end();
      }
    });
  }

  private closed(transaction: Transaction): void {
    this.open.delete(transaction);
    let oldest = this.published;
    for (const other of this.open) oldest = Math.min(oldest, other.sequence);
    this.locks.forgetUpTo(oldest);
  }
}
