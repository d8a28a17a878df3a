import { type ExpandedPattern, type Expansion, literal } from '../model/index.ts';
import type { Checked } from './check.ts';
import { fileText } from './import.ts';

/** The topology that the patterns of a project stand for: pasted in their place, it changes nothing. */
export function expandPatterns({ project, configured }: Checked): Expansion[] {
  const isAlone = ({ broker, type }: ExpandedPattern) =>
    [...configured.values()].every((other) => other.name === broker || other.provider.name !== type);
  return project.patterns.map((pattern): Expansion => {
    const { section, ...rest } = pattern;
    const written = literal(section);
    const namesBroker = !isAlone(pattern);
    const file = { name: '', section: written, notes: [] };
    return {
      ...rest,
      topology: { [pattern.type]: namesBroker ? { broker: pattern.broker, ...written } : written },
      yaml: fileText(file, pattern.broker, pattern.type, namesBroker),
    };
  });
}
