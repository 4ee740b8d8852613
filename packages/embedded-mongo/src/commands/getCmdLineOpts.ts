import { adminOnly, type Command } from './command.js';

/** `getCmdLineOpts`: how the process was started. */
export const getCmdLineOpts: Command = {
  name: 'getCmdLineOpts',
  fields: [],
  inTransaction: false,
  write: false,
  run(context) {
    adminOnly(context, 'getCmdLineOpts');
    return { argv: process.argv.slice(1), parsed: {} };
  },
};
