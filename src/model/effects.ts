import type { Effect, Effects } from './revision.ts';

/** More effects than anyone reads. */
const EFFECTS = 200;
const ABOUT = 5;

/** Gathers effects: an effect that several messages share is reported once. */
export class EffectCollector {
  readonly #found = new Map<string, { effect: Omit<Effect, 'about' | 'more'>; about: Set<string> }>();
  #cut = 0;

  /** @param about which messages or requests; absent where it is all of them */
  add(effect: Omit<Effect, 'about' | 'more'>, about?: string): void {
    const key = `${effect.address}\0${effect.text}`;
    const known = this.#found.get(key) ?? { effect, about: new Set<string>() };
    if (about !== undefined) known.about.add(about);
    this.#found.set(key, known);
  }

  /** Tells that so many messages were not looked at, as there are too many. */
  cut(count: number): void {
    this.#cut += count;
  }

  /** By address, the disruptive ones first. */
  result(): Effects {
    const all = Array.from(this.#found.values(), ({ effect, about }): Effect => {
      const names = [...about].sort();
      return { ...effect, about: names.slice(0, ABOUT), more: Math.max(0, names.length - ABOUT) };
    }).sort(compareEffects);
    return { effects: all.slice(0, EFFECTS), cut: this.#cut + Math.max(0, all.length - EFFECTS) };
  }
}

function compareEffects(a: Effect, b: Effect): number {
  return compareTexts(a.address, b.address) || compareTexts(a.risk, b.risk) || compareTexts(a.text, b.text);
}

function compareTexts(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** `queue a`, `queues a, b and 3 more`. */
export function listed(noun: string, names: readonly string[]): string {
  const [only = ''] = names;
  if (names.length === 1) return `${noun} ${only}`;
  const rest = names.length - ABOUT;
  return `${noun}s ${names.slice(0, ABOUT).join(', ')}${rest > 0 ? ` and ${rest} more` : ''}`;
}
