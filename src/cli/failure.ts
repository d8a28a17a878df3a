import {
  BlockedPlan,
  BrokerError,
  ConnectionError,
  DamagedPlan,
  InvalidProject,
  MissingVariable,
  RevisionError,
  StalePlan,
} from '../model/index.ts';
import type { RunFailure } from '../report/index.ts';
import { type Ending, EXIT, type Signal } from './exit.ts';
import { fileProblem } from './files.ts';
import { Declined, InputError, UnwiseProject, UsageError } from './usage.ts';

export interface ExplainedFailure {
  readonly failure: RunFailure;
  readonly ending: Ending;
}

/** What an error means to the one who ran the command. Whatever is not foreseen is a bug, and says so. */
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
  if (error instanceof UsageError) {
    return { failure: { kind: 'usage', ...messageOf(error) }, ending: { refused: EXIT.usage } };
  }
  if (error instanceof InvalidProject) {
    const message = `${error.message}; no broker was changed`;
    return {
      failure: { kind: 'input', message, diagnostics: error.diagnostics },
      ending: { refused: EXIT.input },
    };
  }
  if (error instanceof InputError) {
    return { failure: { kind: 'input', ...messageOf(error) }, ending: { refused: EXIT.input } };
  }
  if (error instanceof RevisionError) {
    return { failure: { kind: 'input', ...messageOf(error) }, ending: { refused: EXIT.input } };
  }
  if (error instanceof UnwiseProject) {
    const message = `${error.message}; no broker was changed`;
    const hint = '"brokerform explain CODE" shows why; lint.rules or a comment can suppress it';
    return {
      failure: { kind: 'findings', message, hint, diagnostics: error.diagnostics },
      ending: { policy: true },
    };
  }
  if (error instanceof Declined) {
    return {
      failure: { kind: 'usage', message: 'not approved; nothing was applied' },
      ending: { failed: true },
    };
  }
  if (error instanceof MissingVariable) {
    const hint = `set ${error.variable}, or give it a default: \${${error.variable}:-…}`;
    return { failure: { kind: 'input', message: error.message, hint }, ending: { refused: EXIT.input } };
  }
  if (error instanceof ConnectionError) {
    const hint = error.hint ?? (error.transient ? 'if it is still starting, use --wait 60s' : undefined);
    return {
      failure: {
        kind: 'connection',
        broker: error.broker,
        message: error.message,
        ...(hint !== undefined && { hint }),
      },
      ending: { failed: true },
    };
  }
  if (error instanceof BrokerError) {
    const { op, status, message, hint } = error.failure;
    const answer = status === undefined ? '' : ` (${status})`;
    return {
      failure: {
        kind: 'broker',
        broker: error.broker,
        message: `${op} was refused${answer}: ${message}`,
        ...(hint !== undefined && { hint }),
      },
      ending: { failed: true },
    };
  }
  if (error instanceof StalePlan) {
    return {
      failure: {
        kind: 'stale-plan',
        message: `${error.message}; nothing was applied`,
        hint: 'run plan again and review the result',
        differences: error.differences,
      },
      ending: { stale: true },
    };
  }
  if (error instanceof DamagedPlan) {
    return {
      failure: {
        kind: 'damaged-plan',
        message: `${error.message}; nothing was applied`,
        hint: 'plan again',
        ...(error.differences.length > 0 && { differences: error.differences }),
      },
      ending: { stale: true },
    };
  }
  if (error instanceof BlockedPlan) {
    return {
      failure: {
        kind: 'blocked-plan',
        message: `${error.message}; nothing was applied`,
        hint: 'the plan shows for each how to proceed',
      },
      ending: { policy: true },
    };
  }
  return error instanceof AggregateError ? explainSeveral(error.errors) : explainFileError(error);
}

/** Several brokers failed at once: each is told, and the gravest decides how the run ended. */
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
  return { failure: { kind: 'input', message: `${path}: ${problem}` }, ending: { refused: EXIT.input } };
}

function explainBug(error: unknown): ExplainedFailure {
  return {
    failure: {
      kind: 'bug',
      message: `internal error: ${error instanceof Error ? error.message : String(error)}`,
      hint: 'this is a bug; report it with the stack trace that -v prints',
    },
    ending: { failed: true },
  };
}

function messageOf(error: UsageError | InputError | RevisionError): { message: string; hint?: string } {
  return { message: error.message, ...(error.hint !== undefined && { hint: error.hint }) };
}
