/**
 * Who may import whom. The table in ARCHITECTURE.md, as rules that fail: `npm run lint:rooms`.
 * A room is a folder; `ours` are the rooms beside itself that it may import. The composition root (src/*.ts), test and
 * bench are free; nobody imports them.
 */
const REQUEST_CONTEXT = '^src/identity/request-context\\.ts$';
const PUBLISHED_BY_LEDGER = '^src/ledger/(commands|queries)/';
const TENANT_SCOPE = '^src/database/tenant-scope\\.ts$';
const KERNEL = '^src/kernel/';
const EVENT_STORE = '^src/event-store/';
const HTTP = '^src/http/';
const DOMAIN = '^src/ledger/domain/';
const PROJECTIONS = '^src/ledger/projections/';
const ENGINE = '^packages/embedded-mongo/';

const LEAVES = ['^(test|bench)/', '^packages/[^/]+/(test|bench)/'];

const useCase = [DOMAIN, PROJECTIONS, KERNEL, EVENT_STORE, HTTP, REQUEST_CONTEXT];
const NAMED_ABOVE = '^src/(kernel|event-store|http|identity|database|ledger)/';

/**
 * `database: true` gives a room mongoose, the driver and the one place that adds the tenant to every query; `packages`
 * limits a room to the npm packages that it names.
 */
const rooms = [
  { name: 'engine', path: `${ENGINE}(src|bin)/`, ours: [ENGINE], packages: ['bson', 'lmdb', 'mingo'] },
  { name: 'kernel', path: KERNEL, ours: [], packages: ['typeid-js', 'canonicalize'], pure: true },
  { name: 'domain', path: DOMAIN, ours: [KERNEL], packages: [], pure: true },
  { name: 'projections', path: PROJECTIONS, ours: [DOMAIN, KERNEL, EVENT_STORE], database: true },
  { name: 'commands', path: '^src/ledger/commands/', ours: useCase },
  { name: 'queries', path: '^src/ledger/queries/', ours: useCase },
  { name: 'ledger', path: '^src/ledger/[^/]+\\.ts$', ours: ['^src/ledger/', ...useCase], database: true },
  { name: 'event-store', path: EVENT_STORE, ours: [KERNEL], database: true },
  { name: 'identity', path: '^src/identity/', ours: [KERNEL, HTTP], database: true },
  { name: 'http', path: HTTP, ours: [KERNEL] },
  { name: 'database', path: '^src/database/', ours: [KERNEL, ENGINE], database: true },
  {
    name: 'feature',
    path: '^src/([^/]+)/',
    except: NAMED_ABOVE,
    own: '^src/$1/',
    ours: [KERNEL, EVENT_STORE, HTTP, REQUEST_CONTEXT, PUBLISHED_BY_LEDGER],
    database: true,
  },
];

const from = (room) => ({ path: room.path, ...(room.except && { pathNot: room.except }) });
const installed = (names) => `(^|/)node_modules/(${names.join('|')})/`;
const DATABASE_PACKAGES = ['mongoose', 'mongodb', 'bson', '@nestjs/mongoose'];

/** A room imports itself and the rooms that the table names, nothing else of ours. */
const onlyNamedRooms = (room) => ({
  name: `${room.name}-imports-a-room-it-may-not`,
  comment: `${room.name} may import only itself and what ARCHITECTURE.md names for it.`,
  severity: 'error',
  from: from(room),
  to: {
    path: '^(src|packages|test|bench)/',
    pathNot: [room.own ?? room.path, ...room.ours, ...(room.database ? [TENANT_SCOPE] : [])],
  },
});

const onlyNamedPackages = (room) => ({
  name: `${room.name}-imports-a-package-it-may-not`,
  comment: `${room.name} is plain code: no framework, no database client, no web server.`,
  severity: 'error',
  from: from(room),
  to: {
    pathNot: ['^\\.', ...room.packages.map((name) => `(^|/)node_modules/${name}/`)],
    dependencyTypesNot: ['core', 'local'],
  },
});

const noBuiltins = (room) => ({
  name: `${room.name}-imports-a-node-builtin`,
  comment: `${room.name} reads no clock, no file, no network: values come in as arguments.`,
  severity: 'error',
  from: from(room),
  to: { dependencyTypes: ['core'] },
});

const noDatabase = (room) => ({
  name: `${room.name}-imports-the-database`,
  comment: `mongoose and the driver live in event-store, projections, identity, database and features only.`,
  severity: 'error',
  from: from(room),
  to: { path: installed(DATABASE_PACKAGES) },
});

const everywhere = [
  {
    name: 'no-circular',
    comment: 'Types may know each other: they are gone when the code runs.',
    severity: 'error',
    from: {},
    to: { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } },
  },
  {
    name: 'nobody-imports-tests',
    comment: 'test and bench are leaves.',
    severity: 'error',
    from: { pathNot: LEAVES },
    to: { path: LEAVES },
  },
  {
    name: 'bench-goes-by-the-wire',
    comment: 'Benchmarks measure over HTTP or the driver.',
    severity: 'error',
    from: { path: '^bench/' },
    to: { path: '^src/' },
  },
  {
    name: 'engine-from-database-only',
    comment: 'The service and the engine meet over a connection string; src/database starts it.',
    severity: 'error',
    from: { path: '^src/', pathNot: '^src/database/' },
    to: { path: ENGINE },
  },
  {
    name: 'no-unresolvable',
    severity: 'error',
    from: {},
    to: { couldNotResolve: true },
  },
  {
    name: 'no-dev-dependency-in-shipped-code',
    severity: 'error',
    from: { path: ['^src/', `${ENGINE}(src|bin)/`] },
    to: { dependencyTypes: ['npm-dev', 'npm-no-pkg'], pathNot: '(^|/)node_modules/@types/' },
  },
];

module.exports = {
  forbidden: [
    ...rooms.map(onlyNamedRooms),
    ...rooms.filter((room) => room.packages).map(onlyNamedPackages),
    ...rooms.filter((room) => room.pure).map(noBuiltins),
    ...rooms.filter((room) => !room.database && !room.packages).map(noDatabase),
    ...everywhere,
  ],
  options: {
    doNotFollow: { path: ['node_modules', '(^|/)dist/'] },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'require', 'node', 'default', 'types'],
      extensions: ['.ts', '.js', '.mjs', '.cjs', '.d.ts'],
    },
  },
};
