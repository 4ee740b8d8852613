import { PROBLEM_KINDS } from '../../src/kernel/problem-codes.js';
import { Problem } from '../../src/kernel/problem.js';

describe('a problem', () => {
  it('has the body of RFC 9457 with what it carries', () => {
    const problem = new Problem('name_taken', { detail: 'Taken.', extra: { name: 'Food' } });
    expect(problem).toBeInstanceOf(Error);
    expect(problem.message).toBe('name_taken: Taken.');
    expect(problem.body('/accounts')).toEqual({
      type: 'urn:problem:envelope-ledger:name_taken',
      title: PROBLEM_KINDS.name_taken.title,
      status: 409,
      detail: 'Taken.',
      instance: '/accounts',
      code: 'name_taken',
      name: 'Food',
    });
  });

  it('names the fields that are wrong', () => {
    const errors = [{ field: 'amount', message: 'must be above 0' }];
    expect(new Problem('invalid_request', { errors }).body('/x')).toMatchObject({ status: 400, errors });
  });

  it('keeps its cause for the log, not for the client', () => {
    const problem = new Problem('internal_error', { cause: new Error('secret') });
    expect(problem.cause).toEqual(new Error('secret'));
    expect(JSON.stringify(problem.body('/x'))).not.toContain('secret');
  });

  it('cannot have its status, code or type replaced by what it carries', () => {
    const problem = new Problem('not_found', { extra: { status: 200, code: 'fine', type: 'about:blank' } });
    expect(problem.body('/x')).toMatchObject({
      status: 404,
      code: 'not_found',
      type: 'urn:problem:envelope-ledger:not_found',
    });
  });
});

describe('the list of problems', () => {
  it.each(Object.entries(PROBLEM_KINDS))('%s says status, title, cause and remedy', (code, kind) => {
    expect(code).toMatch(/^[a-z]+(_[a-z]+)*$/);
    expect(kind.status).toBeGreaterThanOrEqual(400);
    expect(kind.status).toBeLessThan(600);
    for (const text of [kind.title, kind.cause, kind.remedy]) expect(text).toMatch(/^\S.{5,}$/);
  });
});
