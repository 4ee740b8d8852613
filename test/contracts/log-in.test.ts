import { createSecretKey, randomBytes } from 'node:crypto';

import mongoose, { type Connection } from 'mongoose';
import { LogIn } from '../../src/identity/log-in.js';
import { HouseholdSchema } from '../../src/identity/household.schema.js';
import { MembershipSchema } from '../../src/identity/membership.schema.js';
import type { IdentityOptions } from '../../src/identity/options.js';
import { Passwords } from '../../src/identity/passwords.js';
import { UserSchema } from '../../src/identity/user.schema.js';
import { Users } from '../../src/identity/users.js';
import { startDatabase, type TestDatabase } from '../kit/database.js';

const OPTIONS: IdentityOptions = {
  jwt: { key: createSecretKey(randomBytes(32)), algorithm: 'HS256', expires_minutes: 30 },
  refresh_expires_days: 30,
  limits: {
    login_failures_per_name: 1_000,
    login_failures_per_address: 1_000,
    sign_ups_per_address: 1_000,
    name_lookups_per_address: 1_000,
  },
};
const PASSWORD = 'correct horse battery';
/** Three times as many log-ins as may wait: they come more slowly than they are made, and those before them go. */
const MANY = 600;

let database: TestDatabase;
let watched: Connection;
let passwords: Passwords;
let logIn: LogIn;
/** The names of the commands that the database was asked. */
let asked: string[];
beforeAll(async () => {
  database = await startDatabase([UserSchema, HouseholdSchema, MembershipSchema]);
  watched = await mongoose
    .createConnection(database.uri, { dbName: database.connection.name, monitorCommands: true })
    .asPromise();
  asked = [];
  watched.getClient().on('commandStarted', ({ commandName }) => asked.push(commandName));
  passwords = new Passwords();
  const users = new Users(watched, passwords);
  logIn = new LogIn(users, passwords, OPTIONS);
  await users.signUp({ username: 'ada', email: 'ada@example.org', password: PASSWORD, full_name: null });
});
afterAll(async () => {
  await watched.close();
  await database.stop();
});

/** What an attempt costs: the hashes that were computed, and the commands that the database was asked. */
async function costOf(username: string, password: string): Promise<{ hashes: number; asked: string[] }> {
  const before = passwords.computed;
  asked.length = 0;
  await logIn.check(username, password, '192.0.2.1').catch((error: unknown) => {
    expect(error).toMatchObject({ code: 'invalid_grant' });
  });
  return { hashes: passwords.computed - before, asked: [...asked] };
}

describe('a log-in', () => {
  it.each([
    ['the right password', 'ada', PASSWORD],
    ['a wrong password', 'ada', 'not the password'],
    ['an unknown name', 'nobody', PASSWORD],
    ['an odd name', '\u0000{"$gt":""}', PASSWORD],
    ['an empty password', 'ada', ''],
  ])('with %s costs one hash and one look-up', async (_, username, password) => {
    expect(await costOf(username, password)).toEqual({ hashes: 1, asked: ['find'] });
  });

  it('that comes after too many others is told so, and the others are answered', async () => {
    const outcomes = await Promise.all(
      Array.from({ length: MANY }, (_, index) =>
        logIn.check(`nobody-${index}`, PASSWORD, '192.0.2.1').catch((error: unknown) => error),
      ),
    );
    const codes = outcomes.map((outcome) => (outcome as { code: string }).code);
    const count = (code: string) => codes.filter((each) => each === code).length;
    expect(count('invalid_grant')).toBeGreaterThanOrEqual(201);
    expect(count('service_unavailable')).toBe(MANY - count('invalid_grant'));
    expect(count('service_unavailable')).toBeGreaterThan(0);
    expect(passwords.queued).toBe(0);
    expect(await costOf('ada', PASSWORD)).toEqual({ hashes: 1, asked: ['find'] });
  });
});
