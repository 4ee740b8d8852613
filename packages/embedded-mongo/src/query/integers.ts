import { Double, Int32, Long } from 'bson';
import { power10, readDecimal } from '../bson/decimal.js';
import type { Numeric } from '../bson/types.js';

/** The number without its fraction; `undefined` for NaN, infinities and beyond 64 bits. */
export function truncatedInt64(value: Numeric): bigint | undefined {
  if (value instanceof Int32) return BigInt(value.value);
  if (value instanceof Long) return value.toBigInt();
  if (value instanceof Double) {
    return Number.isFinite(value.value) ? within64Bits(BigInt(Math.trunc(value.value))) : undefined;
  }
  const { kind, negative, coefficient, exponent } = readDecimal(value);
  if (kind !== 'finite' || (exponent > 18 && coefficient !== 0n)) return undefined;
  if (coefficient === 0n || exponent < -34) return 0n;
  const magnitude = exponent < 0 ? coefficient / power10(-exponent) : coefficient * power10(exponent);
  return within64Bits(negative ? -magnitude : magnitude);
}

function within64Bits(integer: bigint): bigint | undefined {
  return BigInt.asIntN(64, integer) === integer ? integer : undefined;
}
