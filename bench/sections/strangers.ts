import { HttpClient } from '../http-client.js';
import { inTurn } from '../in-turn.js';
import { openLedger, signUp } from '../ledger.js';
import { compare, type Line, type Report } from '../report.js';
import { ServiceProcess } from '../service-process.js';

/** So that log-ins are checked, not refused for their number. */
const NO_LIMIT = '1000000';
const WARM_UP = 200;
/** A log-in costs a password's hash. */
const LOG_INS = 50;

/** The times of answers that must not tell a stranger what there is: they come about by the same queries and hashes. */
export async function strangers(): Promise<Report> {
  const settings = { LOGIN_FAILURES_PER_NAME: NO_LIMIT, LOGIN_FAILURES_PER_ADDRESS: NO_LIMIT };
  const service = await ServiceProcess.start({ settings });
  try {
    const owner = await openLedger(service.origin, 1);
    const { token } = await signUp(service.origin);
    const client = new HttpClient(service.origin, 1, token);
    const foreign = owner.accounts[0] ?? '';
    const missing = `${foreign.slice(0, -4)}${foreign.endsWith('0000') ? '1111' : '0000'}`;
    const lines = [
      await line('reading an account', (id) => client.expect(404, 'GET', `/accounts/${id}`)),
      await line('a deposit', (id) => client.expect(404, 'POST', `/accounts/${id}/deposits`, { amount: 1 })),
      await line('a page of the register', (id) => client.expect(404, 'GET', `/accounts/${id}/transactions`)),
      await logIns(client, owner.username),
    ];
    client.close();
    return { sides: 'p50 in ms (ours: what somebody else has; theirs: what nobody has)', lines, notes: [] };

    async function line(what: string, ask: (id: string) => Promise<unknown>): Promise<Line> {
      const [ofForeign, ofMissing] = [() => ask(foreign), () => ask(missing)];
      await inTurn(ofForeign, ofMissing, WARM_UP);
      return compare(what, ...(await inTurn(ofForeign, ofMissing, WARM_UP)));
    }
  } finally {
    await service.stop();
  }
}

/** A wrong password of a name that there is, against one of a name that nobody has. */
async function logIns(client: HttpClient, username: string): Promise<Line> {
  const ask = (name: string) => () => {
    const form = { grant_type: 'password', username: name, password: 'not the password' };
    return client.expect(401, 'POST', '/token', new URLSearchParams(form));
  };
  return compare('a log-in', ...(await inTurn(ask(username), ask(`${username}x`), LOG_INS)));
}
