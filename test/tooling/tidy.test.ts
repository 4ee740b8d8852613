import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { basename, dirname, extname, join, relative } from 'node:path';
import { hasTool } from '../../packages/embedded-mongo/test/debian-tools.js';

const root = process.cwd();
const NOT_OURS = new Set(['node_modules', 'dist', '.git', 'data', 'coverage', 'results']);
const MAX_LINES = 400;

/** Every file of the project, as paths from its root. */
function walk(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    if (NOT_OURS.has(entry.name)) return [];
    const path = join(folder, entry.name);
    return entry.isDirectory() ? walk(path) : [relative(root, path)];
  });
}

const files = walk(root);
const text = (path: string): string => readFileSync(join(root, path), 'utf8');
const withExtension = (...extensions: string[]): string[] =>
  files.filter((path) => extensions.includes(extname(path)));
const code = withExtension('.ts', '.js', '.mjs', '.cjs');
const prose = withExtension('.md', '.http', '.sh', '.yml');

/** Where a pattern stands: `path:line`. */
function places(paths: string[], pattern: RegExp): string[] {
  return paths.flatMap((path) =>
    text(path)
      .split('\n')
      .flatMap((line, index) => (pattern.test(line) ? [`${path}:${index + 1}`] : [])),
  );
}

/** The classes that decorators of one kind name more than once. */
function namedTwice(sources: string[], decorator: string): string[] {
  const pattern = new RegExp(`@${decorator}\\(\\s*(\\w+)`, 'g');
  const names = sources.flatMap((source) => [...source.matchAll(pattern)].map((match) => match[1] ?? ''));
  return [...new Set(names.filter((name, index) => names.indexOf(name) !== index))];
}

/** Classes of a kind (`Command`, `Query` of @nestjs/cqrs) that no decorator names. */
function unanswered(sources: string[], base: string, decorator: string): string[] {
  const all = sources.join('\n');
  const classes = [...all.matchAll(new RegExp(`class (\\w+) extends ${base}\\b`, 'g'))].map(
    (match) => match[1] ?? '',
  );
  return classes.filter((name) => !new RegExp(`@${decorator}\\(\\s*${name}\\b`).test(all));
}

const mode = (path: string): number => statSync(join(root, path)).mode;
const isExecutable = (path: string): boolean => (mode(path) & 0o111) === 0o111;
const isShell = (path: string): boolean => /^#!.*\b(ba)?sh\b/.test(text(path).split('\n', 1)[0] ?? '');
const shellScripts = files.filter(
  (path) => (extname(path) === '' || extname(path) === '.sh') && isShell(path),
);

describe('files', () => {
  it(`have at most ${MAX_LINES} lines`, () => {
    const long = withExtension('.ts').filter((path) => text(path).split('\n').length - 1 > MAX_LINES);
    expect(long).toEqual([]);
  });

  it('have names that say what is in them', () => {
    const empty = /^(managers?|helpers?|utils?|handlers?|misc|common|base)$/i;
    const named = [...code, ...code.map(dirname)].filter((path) =>
      empty.test(basename(path).split('.')[0] ?? ''),
    );
    expect(named).toEqual([]);
  });

  it('postpone nothing', () => {
    const marks = ['TO' + 'DO', 'FIX' + 'ME', 'HA' + 'CK'];
    const pattern = new RegExp(`\\b(${marks.join('|')})\\b`);
    expect(places([...code, ...prose, ...shellScripts], pattern)).toEqual([]);
  });

  it('switch no check off', () => {
    const pattern = new RegExp(['@ts-' + '(ignore|nocheck|expect-error)', 'eslint-' + 'disable'].join('|'));
    expect(places(code, pattern)).toEqual([]);
  });

  it('skip and focus no test', () => {
    const pattern = /\b(it|test|describe)(\.each)?\.(skip|only|todo)\b|\b(xit|xdescribe|fit|fdescribe)\(/;
    expect(places(withExtension('.ts'), pattern)).toEqual([]);
  });

  it('are executable where they are programs', () => {
    const programs = ['packages/embedded-mongo/bin/embedded-mongo.js', '.ci/run', ...shellScripts];
    expect(programs.filter((path) => !isExecutable(path))).toEqual([]);
  });
});

describe('the lockfile', () => {
  it('names no download addresses', () => {
    expect(text('package-lock.json')).not.toMatch(/"resolved": "https?:/);
  });

  it('is of this package.json', () => {
    const lock = JSON.parse(text('package-lock.json')) as { packages: Record<string, object> };
    const own = JSON.parse(text('package.json')) as { dependencies: object; devDependencies: object };
    const { dependencies, devDependencies } = own;
    expect(lock.packages['']).toMatchObject({ dependencies, devDependencies });
  });
});

describe('shell scripts', () => {
  it('are found', () => expect(shellScripts).toContain('.ci/run'));

  it('pass shellcheck', () => {
    if (!hasTool('shellcheck', 'the shell scripts')) return;
    expect(() => execFileSync('shellcheck', shellScripts, { cwd: root, encoding: 'utf8' })).not.toThrow();
  });
});

describe.each([
  ['Command', 'CommandHandler'],
  ['Query', 'QueryHandler'],
])('each %s', (base, decorator) => {
  const sources = files.filter((path) => /^src\/.*\.ts$/.test(path)).map(text);

  it('is answered by one class', () => {
    expect(namedTwice(sources, decorator)).toEqual([]);
    expect(unanswered(sources, base, decorator)).toEqual([]);
  });

  it('would be missed if two classes, or none, answered it', () => {
    const twice = `@${decorator}(Pay) class A {}\n@${decorator}(\n  Pay,\n) class B {}`;
    expect(namedTwice([twice], decorator)).toEqual(['Pay']);
    expect(unanswered([`class Pay extends ${base}<Paid> {}`], base, decorator)).toEqual(['Pay']);
    expect(unanswered([`class Pay extends ${base}<Paid> {}`, twice], base, decorator)).toEqual([]);
  });
});
