// For mongosh: makes a replica set of the three members, and the user that the service works as. Both are left as they
// are where they are there already, but for the user's password, which is that of the environment.
const SET = 'rs0';
const MEMBERS = ['mongo1:27017', 'mongo2:27018', 'mongo3:27019'];
const DATABASE = 'envelope_ledger';
const USER = 'ledger';
const PATIENCE_S = 120;
const NOT_YET_INITIATED = 94;

const { MONGO_ROOT_PASSWORD, MONGO_LEDGER_PASSWORD } = process.env;

/** Tries once a second until it does not throw. mongosh awaits a call that stands alone, but not one that is returned. */
function patiently(what, attempt) {
  for (let seconds = 0; ; seconds += 1) {
    try {
      attempt();
      return;
    } catch (error) {
      if (seconds >= PATIENCE_S) throw new Error(`${what}: ${error.message}`, { cause: error });
      sleep(1000);
    }
  }
}

const open = (login, hosts, options) =>
  new Mongo(`mongodb://${login}${hosts}/?serverSelectionTimeoutMS=2000&${options}`);
const asRoot = `root:${encodeURIComponent(MONGO_ROOT_PASSWORD)}@`;

function initiate(admin) {
  try {
    admin.runCommand({ replSetGetStatus: 1 });
    print('The set is there already.');
  } catch (error) {
    if (error.code !== NOT_YET_INITIATED) throw error;
    const members = MEMBERS.map((host, _id) => ({ _id, host }));
    admin.runCommand({ replSetInitiate: { _id: SET, members } });
    print('The set is initiated.');
  }
}

/** It reads and writes its own database, and nothing else. */
function provideUser(database) {
  const terms = { pwd: MONGO_LEDGER_PASSWORD, roles: [{ role: 'readWrite', db: DATABASE }] };
  const { users } = database.runCommand({ usersInfo: USER });
  database.runCommand(users.length > 0 ? { updateUser: USER, ...terms } : { createUser: USER, ...terms });
  print(`The user "${USER}" ${users.length > 0 ? 'is there already' : 'is made'}.`);
}

for (const host of MEMBERS) {
  patiently(`${host} does not answer`, () => open('', host, 'directConnection=true').getDB('admin').hello());
}
patiently('the set cannot be initiated', () =>
  initiate(open(asRoot, MEMBERS[0], 'authSource=admin&directConnection=true').getDB('admin')),
);
patiently('the set has no primary that takes a user', () =>
  provideUser(open(asRoot, MEMBERS.join(), `authSource=admin&replicaSet=${SET}`).getDB(DATABASE)),
);
