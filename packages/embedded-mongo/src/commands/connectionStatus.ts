import type { Command } from './command.js';

/** Who the client is: nobody in particular, since the engine has no users. */
export const connectionStatus: Command = {
  name: 'connectionStatus',
  fields: ['showPrivileges'],
  inTransaction: false,
  write: false,
  run: ({ body }) => ({
    authInfo: {
      authenticatedUsers: [],
      authenticatedUserRoles: [],
      ...(body.get('showPrivileges') === true ? { authenticatedUserPrivileges: [] } : {}),
    },
  }),
};
