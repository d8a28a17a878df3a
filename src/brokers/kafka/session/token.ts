import { execFile } from 'node:child_process';

/** The command that was to print a token did not. Its output is not quoted: it may hold a secret. */
class TokenCommandFailed extends Error {
  override readonly name = 'TokenCommandFailed';
}

/** A token for OAUTHBEARER: as configured, or what the command prints, without the white space around it. */
export function fetchToken(token: string | readonly string[], timeout: number): Promise<string> {
  if (typeof token === 'string') return Promise.resolve(token);
  const [command = '', ...args] = token;
  return new Promise((resolve, reject) => {
    execFile(command, args, { timeout, maxBuffer: 1024 * 1024 }, (error, stdout) => {
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
