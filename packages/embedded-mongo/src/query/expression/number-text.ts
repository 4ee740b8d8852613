/** A double as MongoDB writes it out, with up to 16 digits: `0.1`, `1e-05`, `1e+16`. */
export function doubleText(number: number): string {
  if (Object.is(number, -0)) return '-0';
  if (!Number.isFinite(number)) return String(number);
  const [mantissa = '', power = ''] = number.toExponential(15).split('e');
  const exponent = Number(power);
  if (exponent >= -4 && exponent < 16) return withoutZeros(number.toFixed(15 - exponent));
  const digits = String(Math.abs(exponent)).padStart(2, '0');
  return `${withoutZeros(mantissa)}e${exponent < 0 ? '-' : '+'}${digits}`;
}

function withoutZeros(text: string): string {
  return text.includes('.') ? text.replace(/\.?0+$/, '') : text;
}
