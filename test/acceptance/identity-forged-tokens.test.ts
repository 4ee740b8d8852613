import { createHmac, createSign, generateKeyPairSync } from 'node:crypto';

import { startService, type SignedUp, type TestService } from '../kit/service.js';

const SECRET = 'the key with which this test forges its tokens';

let service: TestService;
let user: SignedUp;
let refresh_token: string;
beforeAll(async () => {
  service = await startService({ env: { JWT_SECRET_KEY: SECRET } });
  user = await service.signUp();
  refresh_token = String((await service.token(user.username, user.password)).body.refresh_token);
});
afterAll(() => service.stop());

type Json = Record<string, unknown>;
type Sign = (text: string) => string;

const encode = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');
const now = Math.floor(Date.now() / 1_000);
const hmac =
  (hash: string, key: string): Sign =>
  (text) =>
    createHmac(hash, key).update(text).digest('base64url');
const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2_048 });
const pem = String(publicKey.export({ type: 'spki', format: 'pem' }));
const rsa: Sign = (text) => createSign('RSA-SHA256').update(text).sign(privateKey, 'base64url');
const right = hmac('sha256', SECRET);

const token = (header: unknown, claims: unknown, sign: Sign): string => {
  const text = `${encode(header)}.${encode(claims)}`;
  return `${text}.${sign(text)}`;
};

/** Claims that are good when they are signed right. */
const good = (change: Json = {}): Json => ({
  sub: user.id,
  household_id: user.household_id,
  typ: 'access',
  iat: now,
  exp: now + 600,
  ...change,
});

/** Headers that are good when they are signed right; what else they say makes no key ours. */
const HEADERS: readonly Json[] = [
  { alg: 'HS256', typ: 'JWT' },
  { alg: 'HS256' },
  { alg: 'HS256', typ: 'JWT', kid: '../../../../dev/null' },
  { alg: 'HS256', typ: 'JWT', kid: "' OR 1=1 --" },
  { alg: 'HS256', typ: 'JWT', kid: 'another-key' },
  { alg: 'HS256', jku: 'http://127.0.0.1:1/keys', x5u: 'http://127.0.0.1:1/cert' },
  { alg: 'HS256', jwk: { kty: 'oct', k: Buffer.from('x').toString('base64url') } },
];

/** Signatures under which none of those headers is ours. */
const WRONG_SIGNATURES: Readonly<Record<string, Sign>> = {
  none: () => '',
  nonsense: () => 'c2lnbmF0dXJl',
  'of an empty key': hmac('sha256', ''),
  'of another key': hmac('sha256', `${SECRET}!`),
  'of the key in lower case': hmac('sha256', SECRET.toLowerCase().slice(1)),
  'of the public key': hmac('sha256', pem),
  'of the key of one letter': hmac('sha256', 'x'),
  'of a null byte': hmac('sha256', '\0'),
  'by SHA-512': hmac('sha512', SECRET),
  'by SHA-384': hmac('sha384', SECRET),
  'by RSA': rsa,
  'cut short': (text) => right(text).slice(0, -2),
  'made longer': (text) => `${right(text)}AA`,
  'of another text': (text) => right(`${text} `),
};

/** Algorithms that are not ours, and how each would be signed. */
const WRONG_ALGORITHMS: readonly [string, Sign][] = [
  ['none', () => ''],
  ['None', () => ''],
  ['NONE', () => ''],
  ['nOnE', right],
  ['', () => ''],
  ['hs256', right],
  ['HS256 ', right],
  ['HS384', hmac('sha384', SECRET)],
  ['HS512', hmac('sha512', SECRET)],
  ['RS256', rsa],
  ['RS256', hmac('sha256', pem)],
  ['RS256', right],
  ['PS256', rsa],
  ['ES256', right],
];

/** Claims that are not good, though the signature is. */
const wrongClaims = (): readonly (readonly [string, unknown])[] => [
  ...[now - 1, now - 86_400, 0, -1, undefined, null, 'never', String(now + 600), [now + 600], {}, true].map(
    (exp) => [`exp ${JSON.stringify(exp)}`, good({ exp })] as const,
  ),
  ...[now + 600, now + 86_400, 'later'].map((nbf) => [`nbf ${nbf}`, good({ nbf })] as const),
  ...['refresh', 'ACCESS', '', null, undefined, 1, ['access'], { access: true }, 'access '].map(
    (typ) => [`typ ${JSON.stringify(typ)}`, good({ typ })] as const,
  ),
  ...[undefined, null, '', 7, { $gt: '' }, ['usr_1'], 'usr_', 'admin', `${'usr_'}${'0'.repeat(26)}`].map(
    (sub) => [`sub ${JSON.stringify(sub)}`, good({ sub })] as const,
  ),
  ...[undefined, null, '', 7, { $ne: null }, 'hh_', '*'].map(
    (household_id) => [`household ${JSON.stringify(household_id)}`, good({ household_id })] as const,
  ),
  ...[7, { $gt: '' }, ['a'], true].map((sid) => [`sid ${JSON.stringify(sid)}`, good({ sid })] as const),
  ...[null, [], 'text', 7, {}].map((claims) => [`claims ${JSON.stringify(claims)}`, claims] as const),
];

/** What is no JWT of ours by its shape. */
const shapes = (): readonly (readonly [string, string])[] => {
  const whole = token(HEADERS[0], good(), right);
  const [header = '', claims = '', signature = ''] = whole.split('.');
  return [
    ['a refresh token', refresh_token],
    ['the session of a refresh token', refresh_token.split('.')[0] ?? ''],
    ['no dots', whole.replaceAll('.', '')],
    ['one dot', `${header}.${claims}`],
    ['no signature', `${header}.${claims}.`],
    ['no claims', `${header}..${signature}`],
    ['no header', `.${claims}.${signature}`],
    ['a part more', `${whole}.${signature}`],
    ['parts in another order', `${claims}.${header}.${signature}`],
    ['other base64', whole.replace('.', '=.')],
    ['dots alone', '..'],
    ['an empty object for a header', `${encode({})}.${claims}.${signature}`],
    ['a header that is no JSON', `abc.${claims}.${signature}`],
    ['another letter in the claims', `${header}.A${claims.slice(1)}.${signature}`],
    ['the secret', SECRET.replaceAll(' ', '.')],
    ['a password', user.password.replaceAll(' ', '.')],
    ['an id', user.id],
    ['a very long one', 'a'.repeat(8_000)],
  ];
};

/** A good token with one letter of its signature changed, each in turn. */
function otherLetters(): (readonly [string, string])[] {
  const whole = token(HEADERS[0], good(), right);
  const start = whole.lastIndexOf('.') + 1;
  // The last letter holds bits that mean nothing.
  return Array.from({ length: whole.length - start - 1 }, (_, index) => {
    const at = start + index;
    const letter = whole[at] === 'A' ? 'B' : 'A';
    return [`another letter ${index}`, whole.slice(0, at) + letter + whole.slice(at + 1)] as const;
  });
}

function forged(): (readonly [string, string])[] {
  const badlySigned = HEADERS.flatMap((header) =>
    Object.entries(WRONG_SIGNATURES).map(
      ([name, sign]) => [`${JSON.stringify(header)}, signed ${name}`, token(header, good(), sign)] as const,
    ),
  );
  const otherAlgorithms = WRONG_ALGORITHMS.flatMap(([alg, sign]) => [
    [`alg ${alg}`, token({ alg, typ: 'JWT' }, good(), sign)] as const,
    [`alg ${alg}, with kid`, token({ alg, typ: 'JWT', kid: '1' }, good(), sign)] as const,
  ]);
  const otherClaims = wrongClaims().map(
    ([name, claims]) => [name, token(HEADERS[0], claims, right)] as const,
  );
  return [...badlySigned, ...otherAlgorithms, ...otherClaims, ...shapes(), ...otherLetters()];
}

describe('forged tokens', () => {
  it('would be good if they were signed right and said what ours say', async () => {
    for (const header of HEADERS) {
      const answer = await service.api('GET', '/users/me', { token: token(header, good(), right) });
      expect([header, answer.status]).toEqual([header, 200]);
    }
  });

  it('are refused, 200 and more of them, and nothing else is said', async () => {
    const all = forged();
    expect(new Set(all.map(([, text]) => text)).size).toBeGreaterThanOrEqual(200);
    const bodies = new Set<string>();
    for (const [name, text] of all) {
      const answer = await service.api('GET', '/users/me', { token: text });
      expect([name, answer.status]).toEqual([name, 401]);
      bodies.add(JSON.stringify(answer.body));
    }
    expect(bodies.size).toBe(1);
  });

  it('are refused right after a good one, whose check is remembered', async () => {
    const whole = token(HEADERS[0], good(), right);
    for (let round = 0; round < 3; round += 1) {
      expect((await service.api('GET', '/users/me', { token: whole })).status).toBe(200);
      for (const text of [whole.slice(0, -1), `${whole}A`, whole.toLowerCase(), ` ${whole}.`]) {
        expect((await service.api('GET', '/users/me', { token: text })).status).toBe(401);
      }
    }
  });

  it('are refused once they expire, however short ago they were good', async () => {
    const brief = async (seconds: number): Promise<{ exp: number; token: string }> => {
      const exp = Math.floor(Date.now() / 1_000) + seconds;
      const made = token(HEADERS[0], good({ exp }), right);
      const { status } = await service.api('GET', '/users/me', { token: made });
      // A machine that is too slow for it is given longer.
      if (status === 401 && Date.now() >= exp * 1_000) return brief(2 * seconds);
      expect(status).toBe(200);
      return { exp, token: made };
    };
    const { exp, token: expiring } = await brief(2);
    await new Promise((resolve) => setTimeout(resolve, exp * 1_000 - Date.now() + 20));
    expect((await service.api('GET', '/users/me', { token: expiring })).status).toBe(401);
  });
});
