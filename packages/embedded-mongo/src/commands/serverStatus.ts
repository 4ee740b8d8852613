import { hostname } from 'node:os';
import { Double } from 'bson';
import { ENGINE_VERSION, MONGODB_VERSION } from '../version.js';
import type { Command } from './command.js';
import { replicaSetState } from './hello.js';

const MEGABYTE = 1024 * 1024;

/** Sections that MongoDB leaves out or puts in on request (`{ repl: 0 }`). They are few here: all are sent. */
const SECTIONS = ['connections', 'extra_info', 'mem', 'repl', 'storageEngine', 'metrics', 'locks', 'network'];

/** The state of the process: uptime, connections, memory and processor time used. */
export const serverStatus: Command = {
  name: 'serverStatus',
  fields: SECTIONS,
  inTransaction: false,
  write: false,
  run({ request: { connection } }) {
    const { userCPUTime, systemCPUTime, majorPageFault } = process.resourceUsage();
    const { current, available, totalCreated } = connection.counts;
    const uptime = process.uptime();
    return {
      host: hostname(),
      version: MONGODB_VERSION,
      embeddedMongo: ENGINE_VERSION,
      process: 'embedded-mongo',
      pid: BigInt(process.pid),
      uptime: new Double(Math.floor(uptime)),
      uptimeMillis: BigInt(Math.floor(uptime * 1000)),
      localTime: new Date(),
      connections: { current, available, totalCreated },
      extra_info: {
        note: 'fields vary by platform',
        user_time_us: BigInt(userCPUTime),
        system_time_us: BigInt(systemCPUTime),
        page_faults: BigInt(majorPageFault),
      },
      mem: { bits: 64, resident: Math.round(process.memoryUsage.rss() / MEGABYTE), supported: true },
      repl: { isWritablePrimary: true, ...replicaSetState(connection) },
      storageEngine: { name: 'lmdb', supportsCommittedReads: true, persistent: true },
    };
  },
};
