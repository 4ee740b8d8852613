import { copyFile, mkdir, readdir, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { newFolder, removeFolders } from './folders.js';
import { answers, COMMAND, gone, startCommand, startNode, type Running } from './processes.js';

const READY = /is ready: (mongodb:\S+)/;

describe('the command embedded-mongo', () => {
  const started: Running[] = [];
  const start = (...args: string[]): Running => {
    const running = startCommand(...args);
    started.push(running);
    return running;
  };
  afterEach(async () => {
    for (const { child, ended } of started.splice(0)) {
      child.kill('SIGKILL');
      await ended;
    }
    await removeFolders();
  });

  it('prints its help and its version', async () => {
    expect(await start('--help').ended).toMatchObject({
      code: 0,
      stdout: expect.stringContaining('--dbpath DIR'),
    });
    const { stdout } = await start('--version').ended;
    expect(stdout).toMatch(/^embedded-mongo \d+\.\d+\.\d+ \(MongoDB 8\.0\.\d+\)\n$/);
  });

  const wrong: [why: string, args: string[], reason: string][] = [
    ['an unknown option', ['--dbpath=x', '--port=1', '--auth'], "'--auth'"],
    ['a stray word', ['--dbpath=x', '--port=1', 'word'], 'word'],
    ['no folder', ['--port=1'], '--dbpath is missing'],
    ['no address', ['--dbpath=x'], 'exactly one of --port and --socket'],
    ['two addresses', ['--dbpath=x', '--port=1', '--socket=x.sock'], 'exactly one of --port and --socket'],
    ['a port that is no number', ['--dbpath=x', '--port=27k'], '--port takes a whole number'],
    ['a port that is too high', ['--dbpath=x', '--port=65536'], '--port takes a whole number'],
    ['an address others can reach', ['--dbpath=x', '--port=1', '--bind=0.0.0.0'], 'loopback'],
    ['an address for a socket', ['--dbpath=x', '--socket=x.sock', '--bind=::1'], '--bind goes with --port'],
  ];
  it.each(wrong)('refuses %s', async (_, args, reason) => {
    expect(await start(...args).ended).toMatchObject({
      code: 2,
      stdout: '',
      stderr: expect.stringContaining(reason),
    });
  });

  it('serves a Unix socket until SIGTERM, and leaves no socket behind', async () => {
    const folder = await newFolder();
    const engine = start('--dbpath', join(folder, 'db'), '--socket', join(folder, 'db', 'x.sock'));
    const uri = await engine.printed(READY);
    expect(await answers(uri)).toBe(true);
    engine.child.kill('SIGTERM');
    expect(await engine.ended).toMatchObject({ code: 0, stderr: '' });
    expect(await readdir(join(folder, 'db'))).not.toContain('x.sock');
    expect((await stat(join(folder, 'db'))).mode & 0o777).toBe(0o700);
    expect((await stat(join(folder, 'db', 'data.mdb'))).mode & 0o777).toBe(0o600);
  });

  it('serves TCP until SIGINT, and warns once that it is open to this machine', async () => {
    const engine = start('--dbpath', await newFolder(), '--port', '0', '--bind', 'localhost');
    const uri = await engine.printed(READY);
    expect(uri).toMatch(/^mongodb:\/\/127\.0\.0\.1:\d+\/\?replicaSet=rs0$/);
    expect(await answers(uri)).toBe(true);
    engine.child.kill('SIGINT');
    const { code, stdout, stderr } = await engine.ended;
    expect(code).toBe(0);
    expect(stdout.trim().split('\n')).toHaveLength(1);
    expect(stderr.match(/every user of this machine/g)).toHaveLength(1);
  });

  it('says why a folder or an address cannot be had', async () => {
    const folder = await newFolder();
    await writeFile(join(folder, 'file'), '');
    const noFolder = await start('--dbpath', join(folder, 'file'), '--port', '0').ended;
    expect(noFolder).toMatchObject({ code: 1, stderr: expect.stringContaining(join(folder, 'file')) });

    const first = start('--dbpath', join(folder, 'one'), '--port', '0');
    const port = /:(\d+)/.exec(await first.printed(READY))![1]!;
    const inUse = await start('--dbpath', join(folder, 'one'), '--port', '0', '--lock-wait', '0').ended;
    expect(inUse).toMatchObject({
      code: 1,
      stderr: expect.stringContaining(`${join(folder, 'one')} is in use`),
    });
    const samePort = await start('--dbpath', join(folder, 'two'), '--port', port).ended;
    expect(samePort).toMatchObject({ code: 1, stderr: expect.stringContaining('EADDRINUSE') });
  });

  it('takes over from a killed process, socket and all', async () => {
    const folder = await newFolder();
    const args = ['--dbpath', join(folder, 'db'), '--socket', join(folder, 'x.sock')];
    const first = start(...args);
    await first.printed(READY);
    first.child.kill('SIGKILL');
    expect(await answers(await start(...args).printed(READY))).toBe(true);
  });

  it('ends with its parent when told so', async () => {
    const args = ['--dbpath', await newFolder(), '--port', '0', '--exit-with-parent'];
    const parent = startNode(['-e', startsCommand, COMMAND, ...args]);
    const pid = Number(await parent.printed(/pid (\d+)/));
    await parent.printed(READY);
    parent.child.kill('SIGKILL');
    await gone(pid);
  });

  it('otherwise outlives its parent and the end of its input', async () => {
    const parent = startNode(['-e', startsCommand, COMMAND, '--dbpath', await newFolder(), '--port', '0']);
    const pid = Number(await parent.printed(/pid (\d+)/));
    const uri = await parent.printed(READY);
    parent.child.kill('SIGKILL');
    // Longer than it takes an engine to notice that its parent has gone.
    await new Promise((resolve) => setTimeout(resolve, 1_500));
    expect(await answers(uri)).toBe(true);
    process.kill(pid, 'SIGTERM');
    await gone(pid);
  });

  it('says so when it is not built', async () => {
    const folder = await newFolder();
    await mkdir(join(folder, 'bin'));
    await writeFile(join(folder, 'package.json'), '{ "type": "module" }');
    await copyFile(COMMAND, join(folder, 'bin', 'embedded-mongo.js'));
    const outcome = await startNode([join(folder, 'bin', 'embedded-mongo.js'), '--help']).ended;
    expect(outcome).toMatchObject({ code: 1, stderr: expect.stringContaining('not built') });
    expect((await stat(COMMAND)).mode & 0o777).toBe(0o755);
  });
});

/** A parent that starts the command with pipes for input and output, says its id, and passes its output on. */
const startsCommand = `
  const { spawn } = require('node:child_process');
  const child = spawn(process.execPath, process.argv.slice(1), { stdio: ['pipe', 'pipe', 'inherit'] });
  console.log('pid ' + child.pid);
  child.stdout.pipe(process.stdout);
`;
