import { MONGODB_VERSION } from '../../src/version.js';
import { areMet } from './requirements.js';

describe('requirements of cases', () => {
  it.each([
    ['none', undefined],
    ['an empty list', []],
    ['an older version', [{ minServerVersion: '4.2' }]],
    ['the version itself', [{ minServerVersion: '8.0', maxServerVersion: MONGODB_VERSION }]],
    ['a later series', [{ maxServerVersion: '8.1.99' }]],
    ['a replica set among others', [{ topologies: ['sharded', 'replicaset'] }]],
    ['no users, no encryption, no proxy', [{ auth: false, csfle: false, serverless: 'forbid' as const }]],
    ['one of several', [{ minServerVersion: '9.0' }, { topologies: ['replicaset'] }]],
  ])('are met: %s', (_, requirements) => {
    expect(areMet(requirements)).toBe(true);
  });

  it.each([
    ['a newer version', [{ minServerVersion: `${MONGODB_VERSION}1` }]],
    ['a newer version with more digits', [{ minServerVersion: '10.0' }]],
    ['an older series', [{ maxServerVersion: '7.99' }]],
    ['another topology', [{ topologies: ['single', 'sharded'] }]],
    ['users', [{ auth: true }]],
    ['client-side encryption', [{ csfle: { minLibmongocryptVersion: '1.15.0' } }]],
    ['a proxy', [{ serverless: 'require' as const }]],
    ['only one of two that belong together', [{ minServerVersion: '4.2', topologies: ['sharded'] }]],
  ])('are not met: %s', (_, requirements) => {
    expect(areMet(requirements)).toBe(false);
  });

  it('do not pass when they are unknown', () => {
    expect(() => areMet([{ weather: 'fine' } as object])).toThrow('unknown requirement weather');
  });
});
