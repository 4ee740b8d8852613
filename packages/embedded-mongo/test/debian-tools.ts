import { spawnSync } from 'node:child_process';

/**
 * Whether a program that some tests call is installed; where it is not, one line says what is `untried`. In CI
 * (`CI=true`) nothing may go untried: there a missing program throws, with what installs it.
 */
export function hasTool(program: string, untried: string): boolean {
  if (spawnSync(program, ['--version']).status === 0) return true;
  const missing = `${program} is not installed here (Debian: apt-get install ${program})`;
  if (process.env['CI'] === 'true') throw new Error(`${missing}; it is needed: ${untried}`);
  process.stderr.write(`${missing}; not tried: ${untried}\n`);
  return false;
}
