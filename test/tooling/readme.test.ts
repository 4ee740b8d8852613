import { readFileSync } from 'node:fs';

import { PROBLEM_KINDS } from '../../src/kernel/problem-codes.js';

const readme = readFileSync('README.md', 'utf8');

/** The cells of every table row in the README, without Prettier's padding. */
const rows = readme
  .split('\n')
  .filter((line) => line.startsWith('|'))
  .map((line) => line.split('|').slice(1, -1))
  .map((cells) => cells.map((cell) => cell.trim()));

/** The rows of the table whose first cells look like this. */
const rowsOf = (first: RegExp): string[][] => rows.filter(([cell]) => first.test(cell ?? ''));

/** The settings that the code reads, by their names in the source. */
function settingNames(): string[] {
  const source = readFileSync('src/settings.ts', 'utf8');
  return [...source.matchAll(/read\.\w+\('([A-Z_]+)'/g)].map((match) => match[1] ?? '');
}

/** The scripts that a text tells to run, each with the folder of the package that has it. */
function namedScripts(text: string): { readonly name: string; readonly workspace: string }[] {
  const commands = text.matchAll(/npm run ([\w:]+)(?: (?:-w|--workspace)[ =]([\w./-]+))?/g);
  return [...commands].map(([, name = '', workspace = '.']) => ({ name, workspace }));
}

function scriptsOf(workspace: string): ReadonlySet<string> {
  const manifest = JSON.parse(readFileSync(`${workspace}/package.json`, 'utf8')) as {
    readonly scripts: Readonly<Record<string, string>>;
  };
  return new Set(Object.keys(manifest.scripts));
}

describe('the README', () => {
  it('tells what each problem means, and what to do, in the words of the code', () => {
    const told = rowsOf(/^`[a-z_]+`$/);
    const known = Object.entries(PROBLEM_KINDS).map(([code, { status, cause, remedy }]) => [
      `\`${code}\``,
      String(status),
      cause,
      remedy,
    ]);
    expect(told).toEqual(known);
  });

  it('lists each setting', () => {
    const told = rowsOf(/^`[A-Z_]+`$/).map(([name]) => name);
    expect(told.sort()).toEqual(
      settingNames()
        .map((name) => `\`${name}\``)
        .sort(),
    );
  });

  it('names scripts that exist', () => {
    const named = ['README.md', 'CONTRIBUTING.md', 'ARCHITECTURE.md'].flatMap((file) =>
      namedScripts(readFileSync(file, 'utf8')),
    );
    expect(named.length).toBeGreaterThan(5);
    expect(named.filter(({ name, workspace }) => !scriptsOf(workspace).has(name))).toEqual([]);
  });

  it('would miss a script that another package has', () => {
    const [own, engine] = namedScripts(
      '`npm run bench` and `npm run test:faults -w packages/embedded-mongo`',
    );
    expect(own).toEqual({ name: 'bench', workspace: '.' });
    expect(engine).toEqual({ name: 'test:faults', workspace: 'packages/embedded-mongo' });
    expect(scriptsOf('.').has('test:engine')).toBe(true);
    expect(scriptsOf('packages/embedded-mongo').has('test:engine')).toBe(false);
    expect(scriptsOf('packages/embedded-mongo').has('test:mongod')).toBe(false);
  });
});
