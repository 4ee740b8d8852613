import { openAccount, type AccountClient } from '../kit/ledger.js';
import { startCommandBeside } from '../kit/operator-command.js';
import { startService, type SignedUp, type TestService } from '../kit/service.js';

const ACCOUNTS = 4;
const HISTORY = 500;
/** Acknowledged while checks ran, before the test is content. */
const MEANWHILE = 60;

let service: TestService;
let owner: SignedUp;
let accounts: AccountClient[];
beforeAll(async () => {
  service = await startService();
  owner = await service.signUp();
  accounts = [];
  const commands = Array.from({ length: HISTORY }, (_, index) => ({
    ...{ command: 'deposit', envelope_id: index % 3, amount: 1 },
    effective_on: `2026-0${1 + (index % 3)}-1${index % 10}`,
  }));
  for (let number = 0; number < ACCOUNTS; number += 1) {
    const account = await openAccount(service, owner, { name: `Account ${number}` }, ['Food', 'Rent']);
    await account.done('POST', '/batch', { commands });
    accounts.push(account);
  }
});
afterAll(() => service.stop());

/** Undoing what another writer undid meanwhile, or redoing where nothing is undone any more, is refused. */
const MAY_BE_REFUSED = ['already_reversed', 'nothing_to_redo', 'not_undone'];

/** Posts transfers, undos, redos and batches until told to stop, and says each time that one was acknowledged. */
async function write(writer: number, going: () => boolean, acknowledged: () => void): Promise<void> {
  for (let step = writer; going(); step += 1) {
    const account = accounts[step % ACCOUNTS] as AccountClient;
    const other = accounts[(step + 1 + (writer % (ACCOUNTS - 1))) % ACCOUNTS] as AccountClient;
    const requests: readonly (readonly [path: string, body?: object])[] = [
      ['/transfers', { to_account_id: other.id, from_envelope_id: step % 3, to_envelope_id: 1, amount: 0.01 }],
      ['/undo'],
      ['/redo'],
      ['/deposits', { envelope_id: 2, amount: 2 }],
      ['/batch', { commands: [{ command: 'deposit', amount: 1 }, { command: 'move', from_id: 0, to_id: 2, amount: 0.5 }] }],
    ]; // prettier-ignore
    for (const [path, body] of requests) {
      const answer = await account.ask('POST', path, body);
      if (answer.status === 201) acknowledged();
      else expect([path, MAY_BE_REFUSED]).toEqual([path, expect.arrayContaining([answer.body['code']])]);
    }
  }
}

it('ledger:verify finds all well while transfers, undos and redos are recorded', async () => {
  let [checking, meanwhile, events] = [true, 0, 0];
  const writers = [0, 1, 2].map((writer) => write(writer, () => checking, () => (meanwhile += 1))); // prettier-ignore
  try {
    for (let checks = 0; checks < 2 || meanwhile < MEANWHILE; checks += 1) {
      const command = startCommandBeside(service, 'ledger-verify');
      // A writer that fails ends the test, not the wait for the check.
      const { code, stdout, stderr } = await Promise.race([command.ended, failed(writers)]);
      expect(stdout).toBe(`All is well: ${ACCOUNTS} accounts are as their events say, and their logs as they were recorded.\n`); // prettier-ignore
      expect(code).toBe(0);
      const lines = stderr.trimEnd().split('\n');
      for (const line of lines) {
        const [, percent, done, all] = /^Verifying \[.*\] (\d+) % \| (\d+) of (\d+) events/.exec(line) ?? [];
        expect([line, Number(percent) <= 100, Number(done) <= Number(all)]).toEqual([line, true, true]);
        events = Math.max(events, Number(all));
      }
      expect(lines.length).toBeGreaterThanOrEqual(2);
      expect(lines.at(-1)).toMatch(/ 100 % \| /);
    }
  } finally {
    checking = false;
    await Promise.all(writers);
  }
  expect(events).toBeGreaterThanOrEqual(ACCOUNTS * (HISTORY + 3));
  const { code } = await startCommandBeside(service, 'ledger-verify').ended;
  expect(code).toBe(0);
});

const failed = (writers: readonly Promise<void>[]): Promise<never> =>
  new Promise((_, reject) => {
    for (const writer of writers) writer.catch(reject);
  });
