import type { RegisterRow } from './register-row.js';

/** Fields that are left out of a stored row where they hold what they usually do. */
const USUAL = {
  description: '',
  notes: '',
  tags: [] as readonly string[],
  run_seq: null,
  reverses_id: null,
  reversed_by_id: null,
  batch_id: null,
  payer: null,
  transfer: null,
} as const;

type Usual = keyof typeof USUAL;
/** Those that follow from others: on roots, unless a reversal came. */
type Derived = 'id' | 'moved_minor' | 'root_id' | 'tip_seq' | 'tip_id';
const DERIVED: ReadonlySet<string> = new Set<Derived>(['id', 'moved_minor', 'root_id', 'tip_seq', 'tip_id']);

/**
 * A row as it is stored. A register has a row for each transaction for ever, so that what can be told without a field is
 * told without it: that makes a third of a usual row.
 */
export type StoredRow = Omit<RegisterRow, Usual | Derived> & Partial<Pick<RegisterRow, Usual | Derived>>;

/** The form in which a new row is stored. */
export function storedRow(row: RegisterRow): StoredRow {
  const { id, root_id, tip_seq, tip_id } = row;
  const stored: Record<string, unknown> = {};
  for (const name of Object.keys(row) as (keyof RegisterRow)[]) {
    if (!DERIVED.has(name) && !isUsual(name, row[name])) stored[name] = row[name];
  }
  if (root_id !== id) stored.root_id = root_id;
  const tip = tip_seq === null || tip_seq === row.seq ? {} : { tip_seq, tip_id };
  return Object.assign(stored as unknown as StoredRow, tip);
}

/** The row that a stored one means. */
export function fullRow(stored: StoredRow): RegisterRow {
  const id = stored._id.slice(stored._id.indexOf('/') + 1);
  const root = stored.role === 'root';
  return {
    ...USUAL,
    id,
    moved_minor: stored.kind === 'move' ? stored.size_minor : null,
    root_id: id,
    tip_seq: root ? stored.seq : null,
    tip_id: root ? id : null,
    ...stored,
  };
}

function isUsual(name: string, value: unknown): boolean {
  if (!Object.hasOwn(USUAL, name)) return false;
  const usual = USUAL[name as Usual];
  return value === usual || (Array.isArray(value) && value.length === 0 && Array.isArray(usual));
}
