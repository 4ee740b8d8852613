import { Decimal128, Double, Int32, Long } from 'bson';
import { compareValues } from '../../bson/compare.js';
import { add, asDecimal128, divide, isNumeric } from '../../bson/numbers.js';
import type { Numeric, Value } from '../../bson/types.js';
import { isNullish } from '../values.js';

/** The exact sum of numbers of any types; other values count for nothing. */
export class Sum {
  private whole = 0n;
  private hasLong = false;
  private doubles: DoubleSum | undefined;
  private decimal: Decimal128 | undefined;
  private numbers = 0;

  add(value: Value | undefined): void {
    if (!isNumeric(value)) return;
    this.numbers++;
    if (value instanceof Int32) this.whole += BigInt(value.value);
    else if (value instanceof Double) (this.doubles ??= new DoubleSum()).add(value.value);
    else if (value instanceof Decimal128) this.decimal = this.decimal ? plus(this.decimal, value) : value;
    else {
      this.hasLong = true;
      this.whole += value.toBigInt();
    }
  }

  /** The sum in the widest type met: int (long where it doesn't fit), long (double where it doesn't fit), double, decimal. */
  total(): Numeric {
    const whole = wholeNumber(this.whole, this.hasLong);
    if (this.decimal) {
      const exact = plus(this.decimal, asDecimal128(whole));
      return this.doubles ? plus(exact, new Double(this.doubles.value())) : exact;
    }
    if (!this.doubles) return whole;
    return new Double(this.doubles.plus(this.whole));
  }

  /** The mean as a double or decimal; null without numbers. */
  average(): Numeric | null {
    if (this.numbers === 0) return null;
    const total = this.total();
    return divide(total, new Int32(this.numbers));
  }
}

function plus(a: Decimal128, b: Numeric): Decimal128 {
  return asDecimal128(add(a, b));
}

function wholeNumber(value: bigint, hasLong: boolean): Numeric {
  if (!hasLong && BigInt.asIntN(32, value) === value) return new Int32(Number(value));
  if (BigInt.asIntN(64, value) === value) return Long.fromBigInt(value);
  return new Double(Number(value));
}

/** A sum of doubles that carries what rounding loses (Neumaier), so that the order of addition hardly matters. */
class DoubleSum {
  private sum = 0;
  private lost = 0;

  add(value: number): void {
    const next = this.sum + value;
    this.lost += Math.abs(this.sum) >= Math.abs(value) ? this.sum - next + value : value - next + this.sum;
    this.sum = next;
  }

  value(): number {
    // After an infinity the carry is NaN and means nothing.
    return Number.isFinite(this.sum) ? this.sum + this.lost : this.sum;
  }

  /** This sum and an integer: its part below a double's precision is added by itself. */
  plus(whole: bigint): number {
    const high = Number(whole);
    this.add(high);
    if (Number.isFinite(high)) this.add(Number(whole - BigInt(high)));
    return this.value();
  }
}

/** The least (`sign` 1) or greatest (-1) of some values that are neither null nor missing; null where there is none. */
export function extreme(values: Iterable<Value | undefined>, sign: 1 | -1): Value {
  let best: Value = null;
  for (const value of values) {
    if (isNullish(value)) continue;
    if (best === null || compareValues(value, best) * sign < 0) best = value;
  }
  return best;
}
