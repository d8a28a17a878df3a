import { BrokerError, BrokerformError, ConnectionError } from '../model/index.ts';
import type { RunFailure } from '../report/index.ts';
import { type Ending, EXIT, type Signal } from './exit.ts';
import { fileProblem } from './files.ts';

export interface ExplainedFailure {
  readonly failure: RunFailure;
  readonly ending: Ending;
}

const ENDINGS: Readonly<Record<BrokerformError['outcome'], Ending>> = {
  failed: { failed: true },
  policy: { policy: true },
  stale: { stale: true },
  usage: { refused: EXIT.usage },
  input: { refused: EXIT.input },
};

/** What an error means to the user who ran the command. Any error that is not expected is a bug. */
export function explainFailure(error: unknown, signal?: Signal): ExplainedFailure {
  const known = explainKnown(error);
  if (signal && (known === undefined || known.ending.failed)) {
    return {
      failure: { kind: 'interrupted', message: `interrupted by ${signal}; nothing was changed` },
      ending: { signal },
    };
  }
  return known ?? explainBug(error);
}

function explainKnown(error: unknown): ExplainedFailure | undefined {
  if (error instanceof AggregateError) return explainSeveral(error.errors);
  if (!(error instanceof BrokerformError)) return explainFileError(error);
  const { kind, consequence, broker, differences, diagnostics } = error;
  const hint = error.hint ?? waitHint(error);
  const message = consequence === undefined ? messageOf(error) : `${messageOf(error)}; ${consequence}`;
  return {
    failure: {
      ...{ kind, message },
      ...(hint !== undefined && { hint }),
      ...(broker !== undefined && { broker }),
      ...(differences.length > 0 && { differences }),
      ...(diagnostics !== undefined && { diagnostics }),
    },
    ending: ENDINGS[error.outcome],
  };
}

function messageOf(error: BrokerformError): string {
  if (!(error instanceof BrokerError)) return error.message;
  const { op, status, message } = error.failure;
  return `${op} was refused${status === undefined ? '' : ` (${status})`}: ${message}`;
}

function waitHint(error: BrokerformError): string | undefined {
  return error instanceof ConnectionError && error.transient
    ? 'if it is still starting, use --wait 60s'
    : undefined;
}

/** Several brokers failed at once: each is reported, and the worst decides the exit code. */
function explainSeveral(errors: readonly unknown[]): ExplainedFailure | undefined {
  const explained = errors.map(explainKnown).filter((one) => one !== undefined);
  if (explained.length < errors.length) return undefined;
  const [first] = explained;
  return (
    first && {
      failure: {
        kind: first.failure.kind,
        message: `${errors.length} brokers failed`,
        differences: explained.map(({ failure: { broker = '', message, hint } }) => ({
          subject: broker,
          message: hint === undefined ? message : `${message} (${hint})`,
        })),
      },
      ending: Object.assign({}, ...explained.map(({ ending }) => ending)),
    }
  );
}

/** Files that the user named; Node's own message repeats the system call and says little. */
function explainFileError(error: unknown): ExplainedFailure | undefined {
  const problem = fileProblem(error);
  const { path } = error as NodeJS.ErrnoException;
  if (problem === undefined || path === undefined) return undefined;
  return { failure: { kind: 'input', message: `${path}: ${problem}` }, ending: ENDINGS.input };
}

function explainBug(error: unknown): ExplainedFailure {
  return {
    failure: {
      kind: 'bug',
      message: `internal error: ${error instanceof Error ? error.message : String(error)}`,
      hint: 'this is a bug; report it with the stack trace that -v prints',
    },
    ending: ENDINGS.failed,
  };
}
