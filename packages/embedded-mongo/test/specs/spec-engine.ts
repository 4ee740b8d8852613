import { MongoClient } from 'mongodb';
import { newFolder, removeFolders } from '../process/folders.js';
import { startCommand, type Running } from '../process/processes.js';

/** An engine that takes fail points, in a process and on a data folder of its own. */
export class SpecEngine {
  private constructor(
    private readonly running: Running,
    /** Where it listens, with the options of every client. */
    readonly uri: string,
    /** The runner's own client. */
    readonly internal: MongoClient,
  ) {}

  static async start(): Promise<SpecEngine> {
    const running = startCommand(
      `--dbpath=${await newFolder()}`,
      '--port=0',
      '--test-commands',
      '--exit-with-parent',
    );
    const { host } = new URL(await running.printed(/is ready: (\S+)/));
    // Without directConnection: the driver then sees a replica set, as the cases ask for.
    const uri = `mongodb://${host}/?replicaSet=rs0`;
    const internal = new MongoClient(uri, { serverSelectionTimeoutMS: 10_000 });
    await internal.connect();
    return new SpecEngine(running, uri, internal);
  }

  /** Stops it. Resolves with what it reported as its own faults. */
  async stop(): Promise<string[]> {
    await this.internal.close();
    this.running.child.kill('SIGTERM');
    const { stderr } = await this.running.ended;
    await removeFolders();
    return stderr.split('\n').filter((line) => line.includes('fault:'));
  }
}
