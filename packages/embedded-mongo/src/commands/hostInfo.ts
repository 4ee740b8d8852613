import { arch, availableParallelism, hostname, platform, release, totalmem } from 'node:os';
import { adminOnly, type Command } from './command.js';

const MEGABYTE = 1024 * 1024;

/** The machine that the engine runs on. */
export const hostInfo: Command = {
  name: 'hostInfo',
  fields: [],
  inTransaction: false,
  write: false,
  run(context) {
    adminOnly(context, 'hostInfo');
    return {
      system: {
        currentTime: new Date(),
        hostname: hostname(),
        cpuAddrSize: 64,
        memSizeMB: BigInt(Math.floor(totalmem() / MEGABYTE)),
        numCores: availableParallelism(),
        cpuArch: arch(),
      },
      os: { type: platform(), name: platform(), version: release() },
      extra: {},
    };
  },
};
