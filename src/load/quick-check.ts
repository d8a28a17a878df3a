import { isObject, type Json, type JsonObject } from '../model/index.ts';
import { ANNOTATIONS, type Check, KEYWORDS } from './quick-keywords.ts';

const NEVER: Check = () => false;
const ALWAYS: Check = () => true;

/**
 * Says whether a JSON Schema takes a value, and nothing else. Ajv says why not, but takes longer to load and to compile
 * a schema than all else in a small project takes; so it is asked only about values that are not accepted here.
 */
export class QuickCheck {
  private readonly root: JsonObject;
  private readonly byReference = new Map<string, Check>();
  private known = true;

  constructor(root: JsonObject) {
    this.root = root;
  }

  /**
   * Whether the value is certainly valid: never where the schema has keywords that are not known here.
   * @param reference `#`, or a definition: `#/$defs/queue`
   */
  accepts(value: Json, reference: string): boolean {
    return this.reference(reference)(value) && this.known;
  }

  private reference(reference: string): Check {
    const known = this.byReference.get(reference);
    if (known) return known;
    const target = this.target(reference);
    const check = target === undefined ? this.unknown() : this.compile(target);
    this.byReference.set(reference, check);
    return check;
  }

  private target(reference: string): Json | undefined {
    if (reference === '#') return this.root;
    const { $defs } = this.root;
    const name = /^#\/\$defs\/([^/~]+)$/.exec(reference)?.[1];
    return name !== undefined && isObject($defs) ? $defs[decodeURIComponent(name)] : undefined;
  }

  private readonly compile = (schema: Json): Check => {
    if (typeof schema === 'boolean') return schema ? ALWAYS : NEVER;
    if (!isObject(schema)) return this.unknown();
    const checks = Object.entries(schema)
      .filter(([name]) => !ANNOTATIONS.has(name))
      .map(([name, argument]) => this.keyword(name, argument, schema));
    const [only] = checks;
    return checks.length === 1 && only ? only : (value) => checks.every((check) => check(value));
  };

  private keyword(name: string, argument: Json, schema: JsonObject): Check {
    // Resolved when it is needed: a definition may refer to itself.
    if (name === '$ref') return (value) => this.reference(String(argument))(value);
    const keyword = Object.hasOwn(KEYWORDS, name) ? KEYWORDS[name] : undefined;
    return keyword?.(argument, this.compile, schema) ?? this.unknown();
  }

  private unknown(): Check {
    this.known = false;
    return NEVER;
  }
}
