import { EngineError } from '../../errors.js';

/** The options of a pattern, which `(?imsx)` at its beginning may set, too. */
export interface RegexFlags {
  ignoreCase: boolean;
  multiline: boolean;
  dotAll: boolean;
  extended: boolean;
}

const space = '\\t-\\r ';
const posixClasses: ReadonlyMap<string, string> = new Map([
  ['alnum', '0-9A-Za-z'],
  ['alpha', 'A-Za-z'],
  ['blank', ' \\t'],
  ['cntrl', '\\x00-\\x1f\\x7f'],
  ['digit', '0-9'],
  ['graph', '!-~'],
  ['lower', 'a-z'],
  ['print', ' -~'],
  ['punct', '!-\\/:-@\\[-`\\{-~'],
  ['space', space],
  ['upper', 'A-Z'],
  ['word', '\\w'],
  ['xdigit', '0-9A-Fa-f'],
]);

/** What an escape means outside character classes where JavaScript has no such escape or another meaning. */
const escapes: ReadonlyMap<string, string> = new Map([
  ['A', '(?<![^])'],
  ['z', '(?![^])'],
  ['Z', '(?=\\n?(?![^]))'],
  ['a', '\\x07'],
  ['e', '\\x1b'],
  ['h', '[ \\t]'],
  ['s', `[${space}]`],
  ['S', `[^${space}]`],
]);
const classEscapes: ReadonlyMap<string, string> = new Map([
  ['a', '\\x07'],
  ['e', '\\x1b'],
  ['h', ' \\t'],
  ['s', space],
]);

/** Translates PCRE's syntax, as far as it is in common use, to JavaScript's with the `u` flag and without `m` and `s`. */
export function translatePattern(
  pattern: string,
  options: RegexFlags,
): { source: string; ignoreCase: boolean } {
  const flags = { ...options };
  const leading = /^\(\?([imsx]+)\)/.exec(pattern);
  for (const flag of leading?.[1] ?? '') {
    if (flag === 'i') flags.ignoreCase = true;
    else if (flag === 'm') flags.multiline = true;
    else if (flag === 's') flags.dotAll = true;
    else flags.extended = true;
  }
  const scanner = new PatternScanner(pattern, leading?.[0].length ?? 0, flags);
  return { source: scanner.translate(), ignoreCase: flags.ignoreCase };
}

class PatternScanner {
  constructor(
    private readonly pattern: string,
    private at: number,
    private readonly flags: RegexFlags,
  ) {}

  translate(): string {
    const parts: string[] = [];
    while (this.at < this.pattern.length) parts.push(this.next());
    return parts.join('');
  }

  private next(): string {
    const character = this.pattern[this.at] as string;
    if (character === '\\') return this.escape(escapes);
    if (character === '[') return this.characterClass();
    if (character === '(') return this.groupStart();
    if (character === '{') return this.brace();
    this.at++;
    const { multiline, dotAll, extended } = this.flags;
    if (character === '.') return dotAll ? '[^]' : '[^\\n]';
    if (character === '^') return multiline ? '(?<![^\\n])' : '^';
    // A dollar also stands before the last line feed.
    if (character === '$') return multiline ? '(?![^\\n])' : '(?![^\\n]|\\n[^])';
    if (character === '}' || character === ']') return `\\${character}`;
    if (extended && /[\t-\r ]/.test(character)) return '';
    if (extended && character === '#') return this.skipComment('\n');
    return character;
  }

  private escape(known: ReadonlyMap<string, string>): string {
    const character = this.pattern[this.at + 1];
    if (character === undefined) {
      throw new EngineError('Location51091', 'Regular expression is invalid: \\ at end of pattern');
    }
    if (character === 'Q') return this.quoted();
    const hex = /^\\x\{([0-9a-fA-F]{1,6})\}/.exec(this.pattern.slice(this.at, this.at + 12));
    if (hex?.[1] !== undefined) {
      this.at += hex[0].length;
      return `\\u{${hex[1]}}`;
    }
    if (character === 'p' || character === 'P') return this.property();
    this.at += 2;
    if (character === 'E') return '';
    const translated = known.get(character);
    if (translated !== undefined) return translated;
    return /[\w^$\\.*+?()[\]{}|/-]/.test(character) && (character !== '-' || known === classEscapes)
      ? `\\${character}`
      : character;
  }

  /** A class of Unicode characters: a category, or a script by its name alone. `^` turns it round, as the letter P does. */
  private property(): string {
    const found = /^\\(p|P)(?:\{(\^?)(\w{1,40})\}|([A-Z]))/.exec(this.pattern.slice(this.at, this.at + 46));
    if (found === null) {
      throw new EngineError('Location51091', 'Regular expression is invalid: malformed \\P or \\p sequence');
    }
    this.at += found[0].length;
    const name = found[3] ?? found[4] ?? '';
    const isTurned = (found[1] === 'P') !== (found[2] === '^');
    return `\\${isTurned ? 'P' : 'p'}{${name.length <= 2 || name === 'Any' ? '' : 'Script='}${name}}`;
  }

  private quoted(): string {
    const end = this.pattern.indexOf('\\E', this.at + 2);
    const stop = end < 0 ? this.pattern.length : end;
    const text = this.pattern.slice(this.at + 2, stop);
    this.at = end < 0 ? stop : stop + 2;
    return text.replace(/[\^$\\.*+?()[\]{}|/]/g, '\\$&');
  }

  private characterClass(): string {
    let translated = '[';
    this.at++;
    if (this.pattern[this.at] === '^') {
      translated += '^';
      this.at++;
    }
    let first = true;
    for (;;) {
      const character = this.pattern[this.at];
      if (character === undefined) {
        throw new EngineError(
          'Location51091',
          'Regular expression is invalid: missing terminating ] for character class',
        );
      }
      if (character === ']' && !first) {
        this.at++;
        return `${translated}]`;
      }
      translated += this.classMember(character);
      first = false;
    }
  }

  private classMember(character: string): string {
    if (character === '\\') return this.escape(classEscapes);
    const posix = /^\[:(\^?)(\w+):\]/.exec(this.pattern.slice(this.at, this.at + 14));
    const members = posix?.[1] === '' ? posixClasses.get(posix[2] as string) : undefined;
    if (posix && members !== undefined) {
      this.at += posix[0].length;
      return members;
    }
    this.at++;
    return character === '[' || character === ']' ? `\\${character}` : character;
  }

  private groupStart(): string {
    const rest = this.pattern.slice(this.at, this.at + 4);
    if (rest.startsWith('(?#')) return this.skipComment(')');
    if (rest.startsWith('(?P<')) {
      this.at += 4;
      return '(?<';
    }
    this.at++;
    return '(';
  }

  private skipComment(end: string): string {
    const stop = this.pattern.indexOf(end, this.at);
    this.at = stop < 0 ? this.pattern.length : stop + 1;
    return '';
  }

  private brace(): string {
    const quantifier = /^\{\d+(,\d*)?\}/.exec(this.pattern.slice(this.at, this.at + 24));
    this.at += quantifier ? quantifier[0].length : 1;
    return quantifier ? quantifier[0] : '\\{';
  }
}
