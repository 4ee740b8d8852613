import { Decimal128, Double, Int32, Long } from 'bson';
import { typeName } from '../../bson/compare.js';
import { isNumeric } from '../../bson/numbers.js';
import type { Numeric, Value } from '../../bson/types.js';
import { EngineError } from '../../errors.js';
import { fixed, ranged, type ExpressionOperator } from './types.js';
import { isNullish, safeInteger } from '../values.js';

/** Which way a fraction goes; `nearest` takes the even neighbour on a tie. */
type Direction = 'up' | 'down' | 'nearest' | 'towards zero';

/** `$ceil` and `$floor` take a number; `$round` and `$trunc` a number of decimal places, -20 to 100, too. */
export function roundingOperator(name: string, direction: Direction): ExpressionOperator {
  if (direction === 'up' || direction === 'down') {
    return fixed(name, 1, (value) => roundValue(name, value, 0, direction));
  }
  return ranged(name, 1, 2, (value, places) => {
    const digits = places === undefined ? 0 : decimalPlaces(name, places);
    return digits === null ? null : roundValue(name, value, digits, direction);
  });
}

function decimalPlaces(name: string, places: Value): number | null {
  if (isNullish(places)) return null;
  const digits = safeInteger(places);
  if (digits === undefined) {
    throw new EngineError('Location51082', `precision argument to ${name} must be a whole number`);
  }
  if (digits < -20 || digits > 100) {
    throw new EngineError(
      'Location51083',
      `cannot apply ${name} with precision value ${digits}: it must be between -20 and 100`,
    );
  }
  return digits;
}

function roundValue(
  name: string,
  value: Value | undefined,
  places: number,
  direction: Direction,
): Numeric | null {
  if (isNullish(value)) return null;
  if (!isNumeric(value)) {
    const code = direction === 'up' || direction === 'down' ? 'Location28765' : 'Location51081';
    throw new EngineError(code, `${name} only supports numeric types, not ${typeName(value)}`);
  }
  if (value instanceof Int32 || value instanceof Long)
    return places >= 0 ? value : roundInteger(value, places, direction);
  const text = value instanceof Double ? String(value.value) : value.toString();
  const rounded = roundText(text, places, direction);
  if (rounded === undefined) return value;
  return value instanceof Double ? new Double(Number(rounded)) : Decimal128.fromString(rounded);
}

function roundInteger(value: Int32 | Long, places: number, direction: Direction): Numeric {
  const integer = value instanceof Int32 ? BigInt(value.value) : value.toBigInt();
  const unit = 10n ** BigInt(-places);
  const rounded = roundQuotient(integer, unit, direction) * unit;
  if (value instanceof Int32 && BigInt.asIntN(32, rounded) === rounded) return new Int32(Number(rounded));
  if (BigInt.asIntN(64, rounded) !== rounded) {
    throw new EngineError('Location51080', 'invalid conversion from Decimal128 result in $round');
  }
  return Long.fromBigInt(rounded);
}

function roundQuotient(dividend: bigint, divisor: bigint, direction: Direction): bigint {
  const quotient = dividend / divisor;
  const rest = dividend % divisor;
  if (rest === 0n) return quotient;
  const away = rest > 0n ? 1n : -1n;
  if (direction === 'up') return rest > 0n ? quotient + 1n : quotient;
  if (direction === 'down') return rest < 0n ? quotient - 1n : quotient;
  if (direction === 'towards zero') return quotient;
  const twice = rest * away * 2n;
  if (twice === divisor) return quotient % 2n === 0n ? quotient : quotient + away;
  return twice > divisor ? quotient + away : quotient;
}

/** Rounds a number written in decimal; `undefined` where it has no such places or is no finite number. */
function roundText(text: string, places: number, direction: Direction): string | undefined {
  const parts = /^(-?)(\d+)(?:\.(\d+))?(?:[eE]([+-]?\d+))?$/.exec(text);
  if (!parts) return undefined;
  const [, sign = '', whole = '', fraction = '', exponent = '0'] = parts;
  const scale = fraction.length - Number(exponent);
  const drop = scale - places;
  if (drop <= 0) return undefined;
  const digits = BigInt(sign + whole + fraction);
  // Beyond the digits there are, every further one dropped leaves the same remainder.
  const dropped = BigInt(Math.min(drop, whole.length + fraction.length + 1));
  const rounded = roundQuotient(digits, 10n ** dropped, direction);
  const magnitude = rounded < 0n ? -rounded : rounded;
  return `${sign}${magnitude}E${-places}`;
}
