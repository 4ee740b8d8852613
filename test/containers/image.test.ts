import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, statSync } from 'node:fs';
import { createServer } from 'node:http';

const dockerfile = readFileSync('Dockerfile', 'utf8').replaceAll('\\\n', ' ');
const ignored = readFileSync('.dockerignore', 'utf8').split('\n');
const instructions = dockerfile.split('\n').filter((line) => /^[A-Z]+ /.test(line));
/** The instructions of the image itself, the last stage. */
const last = instructions.slice(instructions.findLastIndex((line) => line.startsWith('FROM ')));

/** Node's options in `npm start`. */
function startOptions(): string[] {
  const { scripts } = JSON.parse(readFileSync('package.json', 'utf8')) as { scripts: { start: string } };
  return scripts.start.split(' ').filter((word) => word.startsWith('--'));
}

const of = (name: string, lines: readonly string[]): string[] =>
  lines.filter((line) => line.startsWith(`${name} `)).map((line) => line.slice(name.length + 1));

describe('the image', () => {
  it('gets what the Dockerfile copies, and nothing else goes to the build', () => {
    const copied = of('COPY', instructions)
      .filter((rest) => !rest.startsWith('--from'))
      .flatMap((rest) => rest.split(' ').slice(0, -1));
    const letIn = ignored.filter((line) => line.startsWith('!')).map((line) => line.slice(1));
    expect(ignored.filter((line) => !/^(!|#|$)/.test(line))).toEqual(['*']);
    for (const path of letIn) expect(statSync(path)).toBeDefined();
    const missing = copied.filter(
      (path) => !letIn.some((each) => each === path || each.startsWith(`${path}/`)),
    );
    expect(missing).toEqual([]);
  });

  it('is built of several stages, runs no install script, and takes no development dependencies along', () => {
    expect(of('FROM', instructions).length).toBeGreaterThan(1);
    const installs = of('RUN', instructions).filter((line) => /npm (ci|install)/.test(line));
    expect(installs).toHaveLength(2);
    for (const line of installs) expect(line).toMatch(/^npm ci .*--ignore-scripts/);
    expect(of('RUN', last).filter((line) => line.includes('npm'))).toEqual([]);
    const [from = ''] = of('COPY', last).filter((rest) => rest.endsWith(' ./'));
    expect(from).toBe('--from=dependencies /app ./');
    const dependencies = dockerfile.slice(dockerfile.indexOf('AS dependencies'));
    expect(dependencies).toMatch(/^AS dependencies\nRUN npm ci --omit=dev --ignore-scripts/);
  });

  it('runs Node itself, as a user without rights, for every address', () => {
    expect(of('USER', last)).toEqual(['node']);
    expect(of('ENV', last).join(' ')).toContain('HOST=0.0.0.0 PORT=8000');
    expect(of('CMD', last).map((line) => JSON.parse(line) as unknown)).toEqual([
      ['node', ...startOptions(), 'dist/main.js'],
    ]);
  });

  it.each([
    [200, 0],
    [503, 1],
  ])('is healthy as the service says: %i', async (answered, expected) => {
    const [, check = ''] = /CMD (\[.*\])/.exec(of('HEALTHCHECK', last)[0] ?? '') ?? [];
    const [program, ...args] = JSON.parse(check) as string[];
    const paths: string[] = [];
    const server = createServer(({ url = '' }, response) => {
      paths.push(url);
      response.writeHead(answered).end();
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const env = { PATH: process.env['PATH'], PORT: String((server.address() as { port: number }).port) };
    const [code] = (await once(spawn(program ?? '', args, { env }), 'exit')) as [number];
    server.close();
    expect([program, code, paths]).toEqual(['node', expected, ['/health/ready']]);
  });
});
