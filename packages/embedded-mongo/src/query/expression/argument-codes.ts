import type { ErrorName } from '../../errors.js';

/** MongoDB's codes for an operator's named arguments. */
interface ArgumentCodes {
  /** What is given is no document. */
  readonly noDocument: ErrorName;
  readonly unknown: ErrorName;
  /** By the argument that is missing. */
  readonly missing: Readonly<Record<string, ErrorName>>;
}

function codes(
  noDocument: number,
  unknown: number,
  missing: Readonly<Record<string, number>>,
): ArgumentCodes {
  return {
    noDocument: `Location${noDocument}`,
    unknown: `Location${unknown}`,
    missing: Object.fromEntries(
      Object.entries(missing).map(([name, code]): [string, ErrorName] => [name, `Location${code}`]),
    ),
  };
}

const trimCodes = codes(50696, 50694, { input: 50695 });
const replaceCodes = codes(51751, 51750, { input: 51749, find: 51748, replacement: 51747 });
const setFieldCodes = codes(4161100, 4161101, { field: 4161102, value: 4161103, input: 4161109 });

/** By operator; those that are not here have FailedToParse for all. */
export const argumentCodes: ReadonlyMap<string, ArgumentCodes> = new Map([
  ['$dateToString', codes(18629, 18534, { date: 18628 })],
  ['$dateTrunc', codes(5439007, 5439008, { date: 5439009, unit: 5439010 })],
  ['$filter', codes(28646, 28647, { input: 28648, cond: 28650 })],
  ['$let', codes(16874, 16875, { vars: 16876, in: 16877 })],
  ['$ltrim', trimCodes],
  ['$map', codes(16878, 16879, { input: 16880, in: 16882 })],
  ['$reduce', codes(40075, 40076, { input: 40077, initialValue: 40078, in: 40079 })],
  ['$replaceAll', replaceCodes],
  ['$replaceOne', replaceCodes],
  ['$rtrim', trimCodes],
  ['$setField', setFieldCodes],
  ['$switch', codes(40060, 40067, { branches: 40068 })],
  ['$switch branch', codes(40062, 40063, { case: 40064, then: 40065 })],
  ['$trim', trimCodes],
  ['$unsetField', setFieldCodes],
  ['$zip', codes(34460, 34464, { inputs: 34465 })],
]);
