import { type Address, isObject, type Json, type JsonObject, type Resource } from '../../../model/index.ts';
import { consumerAddress, streamAddress } from './addresses.ts';

/*
 * One constructor a kind, the same for declared and live resources: the address, and what the resource needs. A need
 * may name what nobody declares; it is an edge only where both ends are there.
 */

/** A stream, or the bucket or store that its name makes it. `volatile`: live ones only, a {@link StreamVolatile}. */
export function streamResource(
  broker: string,
  stream: string,
  config: JsonObject,
  volatile?: JsonObject,
): Resource {
  const address = streamAddress(broker, stream);
  const needs = originsOf(config)
    .map((origin) => streamAddress(broker, origin))
    .filter((need) => need !== address);
  return { address, spec: config, needs: [...new Set(needs)], ...(volatile && { volatile }) };
}

/** A durable consumer of the stream with this full name. `volatile`: live ones only, a {@link ConsumerVolatile}. */
export function consumerResource(
  broker: string,
  stream: string,
  consumer: string,
  config: JsonObject,
  volatile?: JsonObject,
): Resource {
  const needs: Address[] = [streamAddress(broker, stream)];
  return {
    address: consumerAddress(broker, stream, consumer),
    spec: config,
    needs,
    ...(volatile && { volatile }),
  };
}

/** Names of the streams that a stream copies from, in its own account and domain. */
export function originsOf(config: JsonObject): string[] {
  const origins: readonly Json[] = [config.mirror ?? null, ...asList(config.sources)];
  return origins.flatMap((origin) =>
    isObject(origin) && typeof origin.name === 'string' && !isObject(origin.external) ? [origin.name] : [],
  );
}

function asList(value: Json | undefined): readonly Json[] {
  return Array.isArray(value) ? value : [];
}
