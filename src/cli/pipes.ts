import type { Writable } from 'node:stream';

/** `brokerform plan | head -1`: the reader has what it wanted, and the work goes on to its own end. */
export function ignoreClosedPipes(...streams: readonly NodeJS.WriteStream[]): void {
  for (const stream of streams) {
    stream.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code !== 'EPIPE') throw error;
    });
  }
}

/** Writes part after part, each once the reader has taken those before, and no more once the reader is gone. */
export async function writeParts(stream: Writable, parts: Iterable<string>): Promise<void> {
  for (const part of parts) {
    if (stream.destroyed) return;
    if (!stream.write(part)) await taken(stream);
  }
}

function taken(stream: Writable): Promise<void> {
  return new Promise((resolve) => {
    const end = () => {
      for (const event of ENDS) stream.off(event, end);
      resolve();
    };
    for (const event of ENDS) stream.on(event, end);
  });
}

const ENDS = ['drain', 'error', 'close'] as const;
