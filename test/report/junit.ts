import type { XmlElement } from './xml.ts';

/** What an element may hold. */
interface Form {
  readonly required: readonly string[];
  readonly optional: readonly string[];
  readonly children: readonly string[];
  readonly text: boolean;
}

/**
 * What JUnit's readers document: Maven Surefire, Jenkins' JUnit and xUnit plug-ins and GitLab's unit test reports. There
 * is no official schema.
 */
const FORMS: Readonly<Record<string, Form>> = {
  testsuites: {
    required: [],
    optional: ['name', 'time', 'tests', 'failures', 'errors'],
    children: ['testsuite'],
    text: false,
  },
  testsuite: {
    required: ['name', 'tests', 'failures', 'errors'],
    optional: ['skipped', 'time', 'timestamp', 'hostname', 'id', 'package', 'file'],
    children: ['testcase', 'properties', 'system-out', 'system-err'],
    text: false,
  },
  testcase: {
    required: ['name'],
    optional: ['classname', 'time', 'file'],
    children: ['failure', 'error', 'skipped', 'system-out', 'system-err'],
    text: false,
  },
  failure: { required: [], optional: ['message', 'type'], children: [], text: true },
  skipped: { required: [], optional: ['message'], children: [], text: true },
  'system-out': { required: [], optional: [], children: [], text: true },
};

/** What is wrong with a report, and the numbers that do not add up. */
export function junitProblems(root: XmlElement): string[] {
  if (root.name !== 'testsuites') return [`${root.name} is no report`];
  return [...formProblems(root), ...countProblems(root)];
}

function formProblems({ name, attributes, children }: XmlElement): string[] {
  const form = FORMS[name];
  if (!form) return [`unknown element ${name}`];
  const allowed = [...form.required, ...form.optional];
  return [
    ...form.required.filter((key) => attributes[key] === undefined).map((key) => `${name} has no ${key}`),
    ...Object.keys(attributes)
      .filter((key) => !allowed.includes(key))
      .map((key) => `${name} has ${key}`),
    ...['tests', 'failures', 'errors', 'skipped', 'time']
      .filter((key) => attributes[key] !== undefined && !/^\d+$/.test(attributes[key]))
      .map((key) => `${key} of ${name} is no number`),
    ...children.flatMap((child) => {
      if (typeof child === 'string') return form.text || child.trim() === '' ? [] : [`text in ${name}`];
      return form.children.includes(child.name) ? formProblems(child) : [`${child.name} within ${name}`];
    }),
  ];
}

/** The elements of a name at any depth. */
export function elementsOf(root: XmlElement, name: string): XmlElement[] {
  const inside = root.children.flatMap((child) => (typeof child === 'string' ? [] : elementsOf(child, name)));
  return root.name === name ? [root, ...inside] : inside;
}

function countProblems(root: XmlElement): string[] {
  return [root, ...elementsOf(root, 'testsuite')].flatMap((element) => {
    const tests = elementsOf(element, 'testcase').length;
    const failures = elementsOf(element, 'failure').length;
    const { attributes } = element;
    return Number(attributes.tests) === tests && Number(attributes.failures) === failures
      ? []
      : [`${element.name} ${attributes.name} miscounts`];
  });
}
