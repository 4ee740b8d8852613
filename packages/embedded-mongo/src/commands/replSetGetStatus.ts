import { adminOnly, type Command } from './command.js';
import { SET_NAME } from './hello.js';

/** `replSetGetStatus`: a set of one member, this one, which is the primary. */
export const replSetGetStatus: Command = {
  name: 'replSetGetStatus',
  fields: ['initialSync'],
  inTransaction: false,
  write: false,
  run(context) {
    adminOnly(context, 'replSetGetStatus');
    const { request, engine } = context;
    const optime = { ts: engine.clusterTime(), t: 1n };
    const optimeDate = new Date();
    return {
      set: SET_NAME,
      date: optimeDate,
      myState: 1,
      term: 1n,
      heartbeatIntervalMillis: 2000n,
      majorityVoteCount: 1,
      writeMajorityCount: 1,
      votingMembersCount: 1,
      writableVotingMembersCount: 1,
      optimes: { lastCommittedOpTime: optime, appliedOpTime: optime, durableOpTime: optime },
      members: [
        {
          _id: 0,
          name: request.connection.address,
          health: 1,
          state: 1,
          stateStr: 'PRIMARY',
          uptime: Math.floor(process.uptime()),
          optime,
          optimeDate,
          configVersion: 1,
          configTerm: 1,
          self: true,
        },
      ],
    };
  },
};
