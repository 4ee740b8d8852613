import type { Asked, Change } from './commands.js';
import type { Outcome } from './outcome.js';
import type { StoredEvent } from './stored-ledger.js';

/** What was acknowledged is there once, what was refused is not, and what nobody knows of at most once; each whole. */
export function wrongAnswers(log: readonly StoredEvent[], outcome: Outcome): string[] {
  const described = byDescription(log);
  const placed = new Map(log.map((event) => [placeOf(event.account_id, event.seq), event]));
  const lost = [...outcome.acknowledged]
    .filter(([description, id]) => described.get(description)?.some(({ _id }) => _id === id) !== true)
    .map(([description]) => `acknowledged and lost: ${description}`);
  const refused = [...outcome.refused]
    .filter((description) => described.has(description))
    .map((description) => `refused and recorded: ${description}`);
  const others = [...outcome.sent].flatMap(([description, asked]) => {
    const events = described.get(description);
    if (!events || isWhole(events, asked, placed)) return [];
    return [`recorded in part or twice: ${description}`];
  });
  return [...lost, ...refused, ...others, ...outcome.surprises];
}

function byDescription(log: readonly StoredEvent[]): ReadonlyMap<string, readonly StoredEvent[]> {
  const described = new Map<string, StoredEvent[]>();
  for (const event of log) {
    const same = described.get(event.description ?? '');
    if (same) same.push(event);
    else described.set(event.description ?? '', [event]);
  }
  return described;
}

const placeOf = (account: string, seq: number | undefined): string => `${account}/${seq ?? 0}`;

/** Whether events, all that one command recorded, are once on each account what was asked for. */
function isWhole(
  events: readonly StoredEvent[],
  asked: Asked,
  placed: ReadonlyMap<string, StoredEvent>,
): boolean {
  const accounts = new Set(events.map(({ account_id }) => account_id));
  if (accounts.size !== events.length) return false;
  if (asked === 'reversal') {
    const [first] = events;
    const sides = first?.transfer_id === undefined ? 1 : 2;
    return events.length === sides && events.every((event) => takesBack(event, placed));
  }
  return events.length === asked.size && events.every((event) => does(event, asked.get(event.account_id)));
}

function takesBack(event: StoredEvent, placed: ReadonlyMap<string, StoredEvent>): boolean {
  const target = placed.get(placeOf(event.account_id, event.reverses_seq));
  if (!target) return false;
  return does(
    event,
    new Map(target.postings.map(({ envelope_id, amount_minor }) => [envelope_id, -amount_minor])),
  );
}

function does({ postings }: StoredEvent, change: Change | undefined): boolean {
  return (
    postings.length === change?.size &&
    postings.every(({ envelope_id, amount_minor }) => change.get(envelope_id) === amount_minor)
  );
}
