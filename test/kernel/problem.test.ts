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

  const wrong = (count: number) =>
    Array.from({ length: count }, (_, index) => ({ field: `names[${index}]`, message: 'must be a string' }));

  it('names at most 100 of the fields that are wrong, and says how many there are', () => {
    const few = new Problem('invalid_request', { errors: wrong(100) }).body('/x');
    expect([few.detail, few.errors]).toEqual([PROBLEM_KINDS.invalid_request.title, wrong(100)]);
    for (const detail of ['Too wrong.', 'Too wrong']) {
      const many = new Problem('invalid_request', { detail, errors: wrong(101) });
      expect(many.body('/x')).toMatchObject({
        detail: 'Too wrong. 101 fields are wrong, of which errors names the first 100.',
        errors: wrong(100),
      });
    }
  });

  it('cuts the path of a field after 200 characters, none of them in two', () => {
    const message = 'is not a field of this request';
    const shown = (field: string) => new Problem('invalid_request', { errors: [{ field, message }] }).errors;
    for (const character of ['x', '😀', 'é']) {
      const longest = character.repeat(200);
      expect(shown(longest)).toEqual([{ field: longest, message }]);
      expect(shown(`${longest}x`)).toEqual([{ field: `${longest}…`, message }]);
      expect(shown(`x${longest}`)).toEqual([{ field: `x${character.repeat(199)}…`, message }]);
    }
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
