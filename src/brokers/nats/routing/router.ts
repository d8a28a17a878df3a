import {
  isObject,
  type Json,
  type JsonObject,
  type RoutedTopology,
  RouteError,
  type Router,
} from '../../../model/index.ts';
import { hasWildcard, subjectProblem } from '../fields/subjects.ts';
import { accountOf } from './account.ts';
import { flowOf, LONGEST } from './flow.ts';
import { judgeFlow } from './judge.ts';
import { type Asked, routeOf } from './route.ts';

/** Where a message goes in JetStream. */
export const router: Router = {
  route: (request, topology) => routeOf(ask(request, topology)),
  judge(test, topology) {
    const asked = ask(test, topology);
    const verdicts = judgeFlow(test, asked);
    const isFailed = verdicts.some(({ failure }) => failure !== undefined);
    return { verdicts, ...(isFailed && { route: routeOf(asked) }) };
  },
};

/** The message of a test, and where it goes. @throws RouteError for a subject that nothing can be published on */
export function ask({ publish }: JsonObject, topology: RoutedTopology): Asked {
  const { subject = '', headers = {} } = isObject(publish) ? publish : {};
  const message = { subject: checkedSubject(subject), headers: isObject(headers) ? headers : {} };
  const account = accountOf(topology);
  return { account, message, topology, flow: flowOf(account, message) };
}

function checkedSubject(subject: Json): string {
  const text = String(subject);
  const hint = 'a subject consists of tokens separated by dots: orders.eu.paid';
  const problem = subjectProblem(text);
  if (problem !== undefined) throw new RouteError(`subject ${JSON.stringify(text)} ${problem}`, hint);
  if (hasWildcard(text)) {
    throw new RouteError(
      `subject ${JSON.stringify(text)} has a wildcard, and a message has one subject`,
      'write a token instead of each wildcard: orders.eu instead of orders.*',
    );
  }
  const bytes = Buffer.byteLength(text);
  if (bytes <= LONGEST) return text;
  throw new RouteError(`the subject has ${bytes} bytes, and servers take ${LONGEST} (max_control_line)`);
}
