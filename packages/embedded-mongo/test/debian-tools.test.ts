import { hasTool } from './debian-tools.js';

describe('a program that a test needs', () => {
  const ci = process.env['CI'];

  afterEach(() => {
    if (ci === undefined) delete process.env['CI'];
    else process.env['CI'] = ci;
  });

  it('is found where it is', () => {
    process.env['CI'] = 'true';
    expect(hasTool('node', 'anything')).toBe(true);
  });

  it('is named where it is missing, and fails the run in CI', () => {
    process.env['CI'] = '';
    expect(hasTool('no-such-program', 'this')).toBe(false);
    process.env['CI'] = 'true';
    expect(() => hasTool('no-such-program', 'this')).toThrow('apt-get install no-such-program');
  });
});
