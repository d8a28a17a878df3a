import { execFile } from 'node:child_process';
import type { SASLOptions } from 'kafkajs';
import type { KafkaSettings, Sasl } from './settings.ts';

type Provided = Extract<SaslLogin, { authenticationProvider: unknown }>;
type SaslLogin = NonNullable<ConstructorParameters<typeof import('kafkajs').Kafka>[0]['sasl']>;

/** The broker did not like the token. */
class TokenRefused extends Error {
  override readonly name = 'TokenRefused';
}

type TokenSettings = Pick<KafkaSettings, 'timeout' | 'learn' | 'directory'>;

/** How kafkajs is to log in. */
export function saslLogin(sasl: Sasl, settings: TokenSettings): SaslLogin {
  if (sasl.mechanism === 'OAUTHBEARER') return bearer(sasl.token, settings);
  const { username, password } = sasl;
  return { mechanism: sasl.mechanism.toLowerCase(), username, password } as SASLOptions;
}

/**
 * OAUTHBEARER by our own hand: kafkajs 2.2.4 does not look at the broker's answer. A broker that refuses a token
 * says so in an answer that is no error yet, and takes our next request for the end of the login (RFC 7628, 3.2.3).
 */
function bearer(from: string | readonly string[], settings: TokenSettings): Provided {
  return {
    mechanism: 'oauthbearer',
    authenticationProvider: ({ saslAuthenticate }) => ({
      async authenticate() {
        const token = await fetchToken(from, settings);
        settings.learn?.(token);
        const message = Buffer.from(`n,,\x01auth=Bearer ${token}\x01\x01`);
        const length = Buffer.alloc(4);
        length.writeInt32BE(message.length);
        const response = await saslAuthenticate<Buffer>({
          request: { encode: async () => Buffer.concat([length, message]) },
          response: { decode: (bytes) => bytes, parse: (bytes) => bytes },
        });
        if (response && response.readInt32BE(0) > 0) throw new TokenRefused(response.toString('utf8', 4));
      },
    }),
  };
}

/** The command that was to print a token did not. Its output is not quoted: it may hold a secret. */
class TokenCommandFailed extends Error {
  override readonly name = 'TokenCommandFailed';
}

/** A token for OAUTHBEARER: as configured, or what the command prints, without the white space around it. */
function fetchToken(
  token: string | readonly string[],
  { timeout, directory: cwd }: TokenSettings,
): Promise<string> {
  if (typeof token === 'string') return Promise.resolve(token);
  const [command = '', ...args] = token;
  return new Promise((resolve, reject) => {
    execFile(command, args, { cwd, timeout, maxBuffer: 1024 * 1024 }, (error, stdout) => {
      const refuse = (why: string) => reject(new TokenCommandFailed(`the token command "${command}" ${why}`));
      if (error?.killed) return refuse(`did not end within ${timeout} ms`);
      if (error?.code === 'ENOENT') return refuse('was not found');
      if (error) return refuse(`failed (${error.code ?? error.signal})`);
      const printed = stdout.trim();
      if (printed === '') return refuse('printed nothing');
      resolve(printed);
    });
  });
}
