import { rm } from 'node:fs/promises';
import { MongoClient } from 'mongodb';
import { newFolder, removeFolders } from '../process/folders.js';
import { startCommand, type Running } from '../process/processes.js';

/** An engine that takes fail points, in a process and on a data folder of its own. */
export class SpecEngine {
  private constructor(
    private readonly running: Running,
    private readonly socketFolder: string,
    /** Where it listens, with the options of every client. */
    readonly uri: string,
    /** The runner's own client. */
    readonly internal: MongoClient,
  ) {}

  /** Starts one that listens on TCP or on a Unix socket. */
  static async start(listener: 'tcp' | 'socket' = 'tcp'): Promise<SpecEngine> {
    const folder = await newFolder();
    const socketFolder = folder.toLowerCase();
    // The driver lower-cases the hosts that the engine names, so the path of the socket must be in lower case, too.
    const address = listener === 'tcp' ? '--port=0' : `--socket=${socketFolder}/specs.sock`;
    const running = startCommand(`--dbpath=${folder}`, address, '--test-commands', '--exit-with-parent');
    const { host } = new URL(await running.printed(/is ready: (\S+)/));
    // Without directConnection: the driver then sees a replica set, as the cases ask for.
    const uri = `mongodb://${host}/?replicaSet=rs0`;
    const internal = new MongoClient(uri, { serverSelectionTimeoutMS: 60_000 });
    await internal.connect();
    return new SpecEngine(running, socketFolder, uri, internal);
  }

  /** Stops it. Resolves with what it reported as its own faults. */
  async stop(): Promise<string[]> {
    await this.internal.close();
    this.running.child.kill('SIGTERM');
    const { stderr } = await this.running.ended;
    await rm(this.socketFolder, { recursive: true, force: true });
    await removeFolders();
    return stderr.split('\n').filter((line) => line.includes('fault:'));
  }
}
