import { readFileSync } from 'node:fs';
import { runInNewContext } from 'node:vm';

const INITIATE = readFileSync('containers/mongo/initiate.js', 'utf8');
const HEALTHY = readFileSync('containers/mongo/healthy.js', 'utf8');
const MEMBERS = ['mongo1:27017', 'mongo2:27018', 'mongo3:27019'];

interface Failure extends Error {
  code?: number;
}

function failure(message: string, code?: number): Failure {
  return Object.assign(new Error(message), code === undefined ? {} : { code });
}

/** Three members as mongosh would find them, and what the script does with them. */
class Members {
  /** How often a member is asked in vain before it answers. */
  slow = 0;
  initiated = false;
  /** The password that the first member's root user has. */
  rootPassword = 'root secret';
  /** How often the set is asked in vain for a primary. */
  elections = 0;
  users = new Map<string, Record<string, unknown>>();
  readonly done: [command: string, argument: unknown][] = [];
  readonly said: string[] = [];
  waited = 0;

  /** Runs the script; gives the message of the error that it ends with, undefined for a good end. */
  run(environment: Record<string, string> = {}): string | undefined {
    const env = {
      MONGO_ROOT_PASSWORD: 'root secret',
      MONGO_LEDGER_PASSWORD: 'ledger secret',
      ...environment,
    };
    const open = (uri: string) => this.open(new URL(uri.replace(/,[^/]*/, '')), uri);
    const Mongo = function (uri: string) {
      return open(uri);
    };
    const context = {
      process: { env },
      Mongo,
      print: (line: string) => this.said.push(line),
      sleep: () => (this.waited += 1),
      Error,
    };
    try {
      runInNewContext(INITIATE, context);
    } catch (error) {
      return (error as Error).message;
    }
    return undefined;
  }

  private open({ username, password, searchParams }: URL, uri: string) {
    const authenticated = username === 'root' && decodeURIComponent(password) === this.rootPassword;
    const wholeSet = searchParams.get('replicaSet') === 'rs0' && uri.includes(MEMBERS.join(','));
    return {
      getDB: (database: string) => ({
        hello: () => this.hello(),
        runCommand: (command: Record<string, unknown>) => {
          if (!authenticated) throw failure('Authentication failed.', 18);
          return this.command(database, wholeSet, command);
        },
      }),
    };
  }

  private hello() {
    if (this.slow > 0) {
      this.slow -= 1;
      throw failure('connect ECONNREFUSED');
    }
    return { ok: 1 };
  }

  private command(database: string, wholeSet: boolean, command: Record<string, unknown>) {
    const [name = ''] = Object.keys(command);
    this.done.push([name, command[name]]);
    if (name === 'replSetGetStatus' && !this.initiated) throw failure('no replset config', 94);
    if (name === 'replSetInitiate') this.initiated = true;
    if (name.endsWith('User') || name === 'usersInfo') {
      if (!wholeSet || this.elections-- > 0) throw failure('not primary', 10107);
      if (database !== 'envelope_ledger') throw failure('another database');
    }
    if (name.endsWith('User')) this.users.set(String(command[name]), command);
    return name === 'usersInfo'
      ? { users: [...this.users.keys()].filter((user) => user === command[name]) }
      : {};
  }
}

const names = ({ done }: Members): string[] => done.map(([name]) => name);

describe('the initiation', () => {
  it('waits for the members, makes a set of them, and a user that has its own database and nothing else', () => {
    const members = new Members();
    members.slow = 3;
    members.elections = 4;
    expect(members.run()).toBeUndefined();
    expect(members.waited).toBe(7);
    const config = { _id: 'rs0', members: MEMBERS.map((host, _id) => ({ _id, host })) };
    expect(JSON.stringify(members.done.find(([name]) => name === 'replSetInitiate')?.[1])).toBe(
      JSON.stringify(config),
    );
    expect(JSON.stringify(members.users.get('ledger'))).toBe(
      JSON.stringify({
        createUser: 'ledger',
        pwd: 'ledger secret',
        roles: [{ role: 'readWrite', db: 'envelope_ledger' }],
      }),
    );
  });

  it('leaves a set as it is, and gives the user the password of today', () => {
    const members = new Members();
    members.run();
    members.done.length = 0;
    expect(members.run({ MONGO_LEDGER_PASSWORD: 'another' })).toBeUndefined();
    expect(names(members)).toEqual(['replSetGetStatus', 'usersInfo', 'updateUser']);
    expect(members.users.get('ledger')).toMatchObject({ updateUser: 'ledger', pwd: 'another' });
  });

  it('takes a password with any sign in it', () => {
    const members = new Members();
    members.rootPassword = 'p@ss:w/rd?#%';
    expect(members.run({ MONGO_ROOT_PASSWORD: members.rootPassword })).toBeUndefined();
  });

  it.each<[string, (members: Members) => void, string]>([
    ['a member that does not answer', (members) => (members.slow = Infinity), 'mongo1:27017 does not answer'],
    [
      'another root password',
      (members) => (members.rootPassword = 'x'),
      'the set cannot be initiated: Authentication',
    ],
    ['a set without a primary', (members) => (members.elections = Infinity), 'the set has no primary'],
  ])('ends with %s, after two minutes', (_what, arrange, message) => {
    const members = new Members();
    arrange(members);
    expect(members.run()).toContain(message);
    expect(members.waited).toBe(120);
  });
});

describe('the health check', () => {
  it.each([
    ['a primary', { setName: 'rs0', isWritablePrimary: true, secondary: false }, 0],
    ['a secondary', { setName: 'rs0', isWritablePrimary: false, secondary: true }, 0],
    ['a member in recovery', { setName: 'rs0', isWritablePrimary: false, secondary: false }, 1],
    ['one that is not initiated', { isreplicaset: true, isWritablePrimary: false, secondary: false }, 1],
    ['the server that makes the first user', { isWritablePrimary: true }, 1],
  ])('of %s', (_what, hello, expected) => {
    let code: number | undefined;
    runInNewContext(HEALTHY, { db: { hello: () => hello }, quit: (given: number) => (code = given) });
    expect(code).toBe(expected);
  });
});
