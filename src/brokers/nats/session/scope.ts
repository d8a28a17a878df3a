import { coverageOf, type Scope } from '../../../model/index.ts';
import { consumerAddress, identify, streamAddress } from '../kinds/addresses.ts';
import { kinds } from '../kinds/index.ts';

/** What a scope asks for. All streams are listed anyway: a page of 256 costs as much as one of them. */
export interface Wanted {
  /** The resource must be in the answer if it exists. */
  stream(name: string): boolean;
  /** The stream's consumers must be read: some are wanted, or would disappear with the stream. */
  consumersOf(stream: string): boolean;
  consumer(stream: string, name: string): boolean;
}

export function wantedBy(scope: Scope, broker: string): Wanted {
  const { wanted, includes } = coverageOf(scope, broker, kinds);
  const consumed = wanted.get('consumer') ?? [];
  return {
    stream: (name) => includes({ address: streamAddress(broker, name), needs: [] }),
    consumersOf(stream) {
      const { kind, name } = identify(stream);
      return consumed.some((selection) =>
        selection.kind === 'consumer'
          ? selection.matches(stream)
          : selection.kind === kind && selection.matches(name),
      );
    },
    consumer: (stream, name) =>
      includes({ address: consumerAddress(broker, stream, name), needs: [streamAddress(broker, stream)] }),
  };
}
