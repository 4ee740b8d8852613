/** Cents by envelope. */
export type Change = ReadonlyMap<number, number>;

/** What a command is to do: change accounts' envelopes, or reverse a transaction, whichever it is. */
export type Asked = ReadonlyMap<string, Change> | 'reversal';

/** A request, and what it asks for. */
export interface Command {
  readonly path: string;
  readonly body: object;
  readonly asked: Asked;
}

/** Where a command goes: an account, another one (or the same) for transfers, and a transaction of the writer's own, if it has one. */
export interface Place {
  readonly account: string;
  readonly other: string;
  readonly own: { readonly account: string; readonly id: string } | undefined;
}

/** The envelopes that every account has beside Available. */
export const ENVELOPES = 4;

/** One kind of command after the other, with amounts and envelopes that differ. */
export function commandOf(count: number, place: Place): Command {
  const kind = KINDS[count % KINDS.length];
  if (!kind) throw new Error('no kind of command');
  return kind(
    place,
    { one: 1 + (count % ENVELOPES), two: 1 + ((count + 1) % ENVELOPES) },
    100 + (count % 97),
  );
}

type Envelopes = { readonly one: number; readonly two: number };

const KINDS: readonly ((place: Place, envelopes: Envelopes, cents: number) => Command)[] = [
  ({ account }, { one }, cents) => single(account, 'deposits', one, cents, cents),
  ({ account }, { one }, cents) => single(account, 'debits', one, cents, -cents),
  splitDebit,
  transfer,
  move,
  ({ account }) => reversal(account, 'undo'),
  ({ account }) => reversal(account, 'redo'),
  ({ account }, { one }, cents) => single(account, 'withdrawals', one, cents, -cents),
  (place) => chosen(place, 'undo'),
  (place) => chosen(place, 'redo'),
];

function single(account: string, route: string, envelope_id: number, cents: number, change: number): Command {
  const asked = new Map([[account, new Map([[envelope_id, change]])]]);
  return { path: `/accounts/${account}/${route}`, body: { envelope_id, amount: cents / 100 }, asked };
}

function splitDebit({ account }: Place, { one, two }: Envelopes, cents: number): Command {
  const postings = [one, two].map((envelope_id) => ({ envelope_id, amount: cents / 100 }));
  const change = new Map([one, two].map((envelope) => [envelope, -cents]));
  return { path: `/accounts/${account}/debits`, body: { postings }, asked: new Map([[account, change]]) };
}

function move({ account }: Place, { one, two }: Envelopes, cents: number): Command {
  const change = new Map([
    [one, -cents],
    [two, cents],
  ]);
  const body = { from_id: one, to_id: two, amount: cents / 100 };
  return { path: `/accounts/${account}/moves`, body, asked: new Map([[account, change]]) };
}

function transfer({ account, other }: Place, { one, two }: Envelopes, cents: number): Command {
  if (other === account) return single(account, 'deposits', one, cents, cents);
  const asked = new Map([
    [account, new Map([[one, -cents]])],
    [other, new Map([[two, cents]])],
  ]);
  const body = { to_account_id: other, from_envelope_id: one, to_envelope_id: two, amount: cents / 100 };
  return { path: `/accounts/${account}/transfers`, body, asked };
}

function reversal(account: string, word: 'undo' | 'redo'): Command {
  return { path: `/accounts/${account}/${word}`, body: {}, asked: 'reversal' };
}

function chosen({ account, own }: Place, word: 'undo' | 'redo'): Command {
  if (!own) return reversal(account, word);
  return { path: `/accounts/${own.account}/transactions/${own.id}/${word}`, body: {}, asked: 'reversal' };
}
