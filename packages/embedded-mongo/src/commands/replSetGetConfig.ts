import { adminOnly, type Command } from './command.js';
import { SET_NAME } from './hello.js';

/** `replSetGetConfig`: the configuration of a set of one member. It cannot be changed. */
export const replSetGetConfig: Command = {
  name: 'replSetGetConfig',
  fields: ['commitmentStatus'],
  inTransaction: false,
  write: false,
  run(context) {
    adminOnly(context, 'replSetGetConfig');
    return {
      config: {
        _id: SET_NAME,
        version: 1,
        term: 1,
        members: [
          {
            _id: 0,
            host: context.request.connection.address,
            arbiterOnly: false,
            buildIndexes: true,
            hidden: false,
            priority: 1,
            tags: {},
            secondaryDelaySecs: 0n,
            votes: 1,
          },
        ],
        protocolVersion: 1n,
        writeConcernMajorityJournalDefault: true,
        settings: {
          chainingAllowed: true,
          heartbeatIntervalMillis: 2000,
          heartbeatTimeoutSecs: 10,
          electionTimeoutMillis: 10000,
        },
      },
    };
  },
};
