import type { Command } from './command.js';

/** Answers, and says nothing more. */
export const ping: Command = {
  name: 'ping',
  fields: [],
  inTransaction: false,
  write: false,
  run: () => ({}),
};
