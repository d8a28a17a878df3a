import {
  formatDuration,
  formatSize,
  isExactInt,
  isMapping,
  type Json,
  parseDuration,
  parseSize,
  toBigInt,
} from '../../../model/index.ts';
import { type ConfigField, type ConfigTable, fieldOf } from './field.ts';
import { TOPIC_CONFIGS } from './topic-configs.ts';

/*
 * A config has one typed value, however it is written: `7d`, "604800000" and 604800000 are one number, `true` and
 * "TRUE" one boolean, and a list is a sorted set. Brokers print text; specs hold typed values.
 */

type ConfigValue = { readonly value: Json } | { readonly problem: string };

/** How the values of one table of configs are read and written. */
export interface ConfigValues {
  /** The typed value of a config, of what the user wrote or of what the broker printed. */
  parse(name: string, written: Json): ConfigValue;
  /** As `parse` of a value that is there: one that the table does not expect stays as it is. */
  normalize(name: string, value: Json): Json;
  /** Kafka's default, as the table has it. */
  usual(name: string): Json | undefined;
  /** The value as people write it: `7d`, `64MiB`, `compact, delete`, `-1 (no limit)`. */
  format(name: string, value: Json): string;
  /** As in YAML that a person would have written. */
  toYaml(name: string, value: Json): Json;
}

export function valuesOf(table: ConfigTable): ConfigValues {
  const parse = (name: string, written: Json) => parseValue(fieldOf(table, name), written);
  const normalize = (name: string, value: Json) => {
    const parsed = parse(name, value);
    return 'value' in parsed ? parsed.value : value;
  };
  return {
    parse,
    normalize,
    usual(name) {
      const text = fieldOf(table, name)?.default;
      return text === undefined ? undefined : normalize(name, text);
    },
    format: (name, value) => formatValue(fieldOf(table, name), value),
    toYaml: (name, value) => valueToYaml(fieldOf(table, name), value),
  };
}

/** Those of topics. */
export const topicValues = valuesOf(TOPIC_CONFIGS);
function parseValue(config: ConfigField | undefined, written: Json): ConfigValue {
  if (written === null) return { value: null };
  if (!config) return { value: plainText(written) };
  switch (config.type) {
    case 'boolean':
      return parseBoolean(written);
    case 'list':
      return parseList(written, config);
    case 'text':
      return parseText(written, config);
    case 'double':
      return inRange(parseDouble(written), config);
    default:
      return inRange(parseInteger(written, config.unit), config);
  }
}

/** The value as the broker takes it. */
export function serializeConfig(value: Json): string {
  if (isExactInt(value)) return value.$int;
  if (Array.isArray(value)) return value.map(serializeConfig).join(',');
  return typeof value === 'string' ? value : JSON.stringify(value);
}

function formatValue(config: ConfigField | undefined, value: Json): string {
  const text = serializeConfig(value);
  const word = config?.words && Object.hasOwn(config.words, text) ? config.words[text] : undefined;
  if (word !== undefined) return `${text} (${word})`;
  if (Array.isArray(value)) return value.length === 0 ? '(empty)' : value.map(serializeConfig).join(', ');
  if (config?.unit === 'ms' && !isExactInt(value)) return formatDuration(value, 'ms') ?? text;
  if (config?.unit === 'bytes' && !isExactInt(value)) return formatSize(value) ?? text;
  return text;
}

function valueToYaml(config: ConfigField | undefined, value: Json): Json {
  if (isExactInt(value)) return value.$int;
  if (Array.isArray(value)) return value.length === 1 ? (value[0] ?? null) : value;
  if (!config?.unit || typeof value !== 'number' || value <= 0) return value;
  const text = config.unit === 'ms' ? formatDuration(value, 'ms') : formatSize(value);
  return text === undefined || /^\d+(B|ms)$/.test(text) ? value : text;
}

/** A number to compare; unlimited is infinite. Undefined if the value is not a number. */
export function limitOf(value: Json | undefined): number | undefined {
  const whole = toBigInt(value);
  if (whole === undefined) return undefined;
  return whole < 0n ? Number.POSITIVE_INFINITY : Number(whole);
}

function parseBoolean(written: Json): ConfigValue {
  const text = serializeConfig(written).trim().toLowerCase();
  if (text === 'true' || text === 'false') return { value: text === 'true' };
  return { problem: 'not true or false' };
}

function parseList(written: Json, config: ConfigField): ConfigValue {
  const items = (Array.isArray(written) ? written : [written])
    .flatMap((item: Json) => serializeConfig(item).split(','))
    .map((item) => item.trim())
    .filter((item) => item !== '');
  const unknown = items.find((item) => config.values && !config.values.includes(item));
  if (unknown !== undefined) return { problem: `not made of ${config.values?.join(' and ')}` };
  return { value: [...new Set(items)].sort() };
}

function parseText(written: Json, { values }: ConfigField): ConfigValue {
  const text = serializeConfig(written);
  if (!values || values.includes(text)) return { value: text };
  return { problem: `not one of ${values.join(', ')}` };
}

function parseDouble(written: Json): ConfigValue {
  const number = typeof written === 'string' && written.trim() !== '' ? Number(written) : written;
  return typeof number === 'number' && Number.isFinite(number)
    ? { value: number }
    : { problem: 'not a number' };
}

function parseInteger(written: Json, unit: ConfigField['unit']): ConfigValue {
  if (typeof written === 'string') {
    if (unit === 'ms') return parseDuration(written, 'ms');
    if (unit === 'bytes') return parseSize(written);
    // Digits alone mean the same in every unit; a count has none.
    return /^\s*-?\d+\s*$/.test(written) ? parseSize(written) : { problem: 'not a whole number' };
  }
  return toBigInt(written) === undefined ? { problem: 'not a whole number' } : { value: written };
}

const LONGEST: Readonly<Record<string, bigint>> = { int: 2n ** 31n - 1n, long: 2n ** 63n - 1n };

function inRange(parsed: ConfigValue, config: ConfigField): ConfigValue {
  if (!('value' in parsed)) return parsed;
  const { value } = parsed;
  if (config.words && Object.hasOwn(config.words, serializeConfig(value))) return parsed;
  const number = isExactInt(value) ? Number(value.$int) : Number(value);
  const { minimum, maximum } = config;
  if (minimum !== undefined && number < minimum) {
    const special = Object.keys(config.words ?? {}).map((word) => `${word} or `);
    return { problem: `out of range: it must be ${special.join('')}at least ${minimum}` };
  }
  if (maximum !== undefined && number > maximum) return { problem: `over the maximum of ${maximum}` };
  const longest = LONGEST[config.type];
  const whole = toBigInt(value);
  if (longest !== undefined && whole !== undefined && whole > longest) {
    return { problem: `over the maximum of ${longest}` };
  }
  return parsed;
}

/** A value of a config that we do not know: text, with numbers in one notation, as brokers print them. */
function plainText(written: Json): Json {
  if (isMapping(written)) return JSON.stringify(written);
  const text = serializeConfig(written).trim();
  return /^-?\d{1,15}(\.\d{1,15})?$/.test(text) ? String(Number(text)) : text;
}
