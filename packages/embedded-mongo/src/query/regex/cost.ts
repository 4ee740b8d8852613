/** A group that is open while a pattern is read. */
interface Group {
  /** Whether anything in it can match in several ways. */
  branches: boolean;
  alternatives: number;
}

/**
 * How many steps a backtracking search may take, at worst, in a text of a given length. Each repetition multiplies the
 * ways to try by the lengths it may have, each group by its alternatives; a repeated group with a choice inside it
 * doubles them with every character. An upper bound as to order: it may be far too high, but is not too low by much.
 * @param source - a pattern in JavaScript's syntax that JavaScript's engine has accepted.
 */
export function mayTake(source: string): (length: number) => number {
  const { fixed, unbounded, doubling } = waysOf(source);
  return (length) => {
    const ways = doubling ? 2 ** length : length ** unbounded;
    return (length + 1) * ways * fixed;
  };
}

interface Ways {
  /** The product of what does not depend on the text's length. */
  fixed: number;
  /** How many repetitions have no upper bound. */
  unbounded: number;
  doubling: boolean;
}

const QUANTIFIER = /([*+?]|\{(\d+)(?:(,)(\d*))?\})\??/y;

function waysOf(source: string): Ways {
  const ways: Ways = { fixed: 1, unbounded: 0, doubling: false };
  const groups: Group[] = [{ branches: false, alternatives: 1 }];
  let closed: Group | undefined;
  for (let at = 0; at < source.length;) {
    const character = source[at] as string;
    const group = groups[groups.length - 1] as Group;
    QUANTIFIER.lastIndex = at;
    const quantifier = QUANTIFIER.exec(source);
    if (quantifier !== null) {
      repeat(ways, quantifier, closed?.branches === true);
      group.branches ||= isChoice(quantifier);
      closed = undefined;
      at += quantifier[0].length;
      continue;
    }
    closed = undefined;
    if (character === '(') {
      groups.push({ branches: false, alternatives: 1 });
      at += source[at + 1] === '?' ? 2 : 1;
    } else if (character === ')') {
      closed = group;
      groups.pop();
      ways.fixed *= closed.alternatives;
      (groups[groups.length - 1] as Group).branches ||= closed.branches;
      at += 1;
    } else if (character === '|') {
      group.alternatives += 1;
      group.branches = true;
      at += 1;
    } else if (character === '\\') {
      // What a group has matched may be long, and is compared again at every try.
      if (/[1-9k]/.test(source[at + 1] ?? '')) ways.doubling = true;
      at += 2;
    } else at = character === '[' ? endOfClass(source, at) : at + 1;
  }
  ways.fixed *= (groups[0] as Group).alternatives;
  return ways;
}

function repeat(ways: Ways, [, sign, least, comma, most]: RegExpExecArray, branches: boolean): void {
  const [from, to] = boundsOf(sign as string, least, comma, most);
  if (branches && to > 1) ways.doubling = true;
  else if (to === Infinity) ways.unbounded += 1;
  else ways.fixed *= Math.max(1, to) * (to - from + 1);
}

function boundsOf(
  sign: string,
  least: string | undefined,
  comma: string | undefined,
  most: string | undefined,
): [number, number] {
  if (sign === '?') return [0, 1];
  if (least === undefined) return [sign === '+' ? 1 : 0, Infinity];
  if (comma === undefined) return [Number(least), Number(least)];
  return [Number(least), most === undefined || most === '' ? Infinity : Number(most)];
}

function isChoice([, sign, least, comma, most]: RegExpExecArray): boolean {
  const [from, to] = boundsOf(sign as string, least, comma, most);
  return from !== to;
}

/** The place behind a character class that begins at `at`. */
function endOfClass(source: string, at: number): number {
  let end = at + 1;
  while (end < source.length && source[end] !== ']') end += source[end] === '\\' ? 2 : 1;
  return end + 1;
}
