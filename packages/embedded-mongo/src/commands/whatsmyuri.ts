import type { Command } from './command.js';

/** The address that the client comes from. */
export const whatsmyuri: Command = {
  name: 'whatsmyuri',
  fields: [],
  inTransaction: false,
  write: false,
  run: ({ request }) => ({ you: request.connection.peer }),
};
