import { median } from './load/job.js';
import { table } from './table.js';

/** One comparison: both sides, their ratio, and what it must reach. */
export interface Line {
  readonly what: string;
  readonly ours: number;
  readonly theirs: number;
  readonly ratio: number;
  readonly target: string;
  /** null where there is nothing to reach. */
  readonly reached: boolean | null;
}

/** What a section found: comparisons, and what a reader should know beside them. */
export interface Report {
  /** What `ours` and `theirs` stand for, and in which unit. */
  readonly sides: string;
  readonly lines: readonly Line[];
  readonly notes: readonly string[];
}

/** What a ratio must be: at least, or at most, so much; `aim` beyond that. */
export interface Target {
  readonly least?: number;
  readonly most?: number;
  readonly aim?: number;
}

/** Compares `ours` with `theirs`. */
export function compare(what: string, ours: number, theirs: number, target: Target = {}): Line {
  return lineOf(what, { ours, theirs, ratio: ours / theirs }, target);
}

/** Compares what was measured in turn: the medians of both, and the median of the ratios within each round. */
export function compareRounds(
  what: string,
  ours: readonly number[],
  theirs: readonly number[],
  target: Target = {},
): Line {
  const ratio = median(ours.map((value, round) => value / (theirs[round] ?? Number.NaN)));
  return lineOf(what, { ours: median(ours), theirs: median(theirs), ratio }, target);
}

function lineOf(
  what: string,
  figures: Pick<Line, 'ours' | 'theirs' | 'ratio'>,
  { least, most, aim }: Target,
): Line {
  const texts = [
    ...(least === undefined ? [] : [`>= ${least}`]),
    ...(most === undefined ? [] : [`<= ${most}`]),
    ...(aim === undefined ? [] : [`aim ${aim}`]),
  ];
  const open = least === undefined && most === undefined;
  const { ratio } = figures;
  const reached = open ? null : ratio >= (least ?? 0) && ratio <= (most ?? Infinity);
  return { what, ...figures, target: texts.join(', '), reached };
}

/** A report for people. */
export function show(section: string, { sides, lines, notes }: Report): string {
  const rows = lines.map(({ what, ours, theirs, ratio, target, reached }) => [
    what,
    figure(ours),
    figure(theirs),
    ratio.toFixed(2),
    target,
    reached === null ? '' : reached ? 'yes' : 'NO',
  ]);
  const head = [section, 'ours', 'theirs', 'ratio', 'target', 'reached'];
  return [sides, ...(rows.length > 0 ? [table([head, ...rows])] : []), ...notes].join('\n');
}

const figure = (value: number): string => value.toFixed(value < 10 ? 2 : value < 100 ? 1 : 0);
