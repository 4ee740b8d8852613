import { isIP } from 'node:net';

/** A setting that the service cannot start with; its message is one line for the person who set it. */
export class SettingError extends Error {
  override readonly name = 'SettingError';

  constructor(setting: string, fault: string) {
    super(`${setting} ${fault}`);
  }
}

const FLAGS: ReadonlyMap<string, boolean> = new Map([
  ...['true', 'on', 'yes', '1'].map((word) => [word, true] as const),
  ...['false', 'off', 'no', '0'].map((word) => [word, false] as const),
]);

/** Names that stand for ranges of addresses, as Fastify's proxy check knows them. */
const RANGES: ReadonlySet<string> = new Set(['loopback', 'linklocal', 'uniquelocal']);

/** Reads settings by name and type. Every method throws `SettingError` for a value that it cannot take. */
export class SettingReader {
  constructor(private readonly values: Readonly<Record<string, string | undefined>>) {}

  text(name: string): string | undefined {
    return this.values[name]?.trim();
  }

  wholeNumber(name: string, fallback: number, min: number, max: number): number {
    const text = this.text(name);
    if (text === undefined) return fallback;
    const value = /^\d{1,15}$/.test(text) ? Number(text) : NaN;
    if (value >= min && value <= max) return value;
    throw new SettingError(name, `must be a whole number from ${min} to ${max}, not "${text}"`);
  }

  flag(name: string, fallback: boolean): boolean {
    const text = this.text(name);
    if (text === undefined) return fallback;
    const value = FLAGS.get(text.toLowerCase());
    if (value === undefined) throw new SettingError(name, `must be on or off, not "${text}"`);
    return value;
  }

  choice<Choice extends string>(name: string, choices: readonly Choice[], fallback: Choice): Choice {
    const text = this.text(name);
    if (text === undefined) return fallback;
    const found = choices.find((choice) => choice === text);
    if (found === undefined) {
      throw new SettingError(name, `must be one of ${choices.join(', ')}, not "${text}"`);
    }
    return found;
  }

  /** A secret is never trimmed and never shown. */
  secret(name: string, minBytes: number, required: boolean): string | null {
    const value = this.values[name];
    if (value === undefined) {
      if (!required) return null;
      throw new SettingError(
        name,
        'is required with DB_CONNECTION_STRING: make one with `openssl rand -hex 32`',
      );
    }
    const bytes = Buffer.byteLength(value);
    if (bytes < minBytes) throw new SettingError(name, `must have at least ${minBytes} bytes, not ${bytes}`);
    return value;
  }

  /** The string may hold a password, so it is not shown. */
  connectionString(name: string): string | null {
    const text = this.text(name);
    if (text === undefined) return null;
    if (!/^mongodb(\+srv)?:\/\/./.test(text)) {
      throw new SettingError(name, 'must begin with mongodb:// or mongodb+srv://');
    }
    return text;
  }

  origins(name: string): readonly string[] | '*' {
    const items = this.list(name);
    if (items.length === 1 && items[0] === '*') return '*';
    const wrong = items.find((item) => !URL.canParse(item) || new URL(item).origin !== item);
    if (wrong !== undefined) {
      throw new SettingError(name, `must be * or origins such as https://example.org, not "${wrong}"`);
    }
    return items;
  }

  proxies(name: string): boolean | readonly string[] {
    const items = this.list(name);
    const [first] = items;
    if (first === undefined) return false;
    const flag = items.length === 1 ? FLAGS.get(first.toLowerCase()) : undefined;
    if (flag !== undefined) return flag;
    const wrong = items.find((item) => !RANGES.has(item) && !isAddressRange(item));
    if (wrong === undefined) return items;
    throw new SettingError(name, `must be on, off or a list of addresses (10.0.0.0/8), not "${wrong}"`);
  }

  private list(name: string): string[] {
    const items = (this.text(name) ?? '').split(',').map((item) => item.trim());
    return items.filter((item) => item !== '');
  }
}

function isAddressRange(text: string): boolean {
  const [address = '', bits, ...rest] = text.split('/');
  const family = isIP(address);
  if (family === 0 || rest.length > 0) return false;
  return bits === undefined || (/^\d{1,3}$/.test(bits) && Number(bits) <= (family === 4 ? 32 : 128));
}
