import { createHash } from 'node:crypto';
import { HIDDEN, isSecretRef, type JsonObject, type Resolve, type Resource } from '../../../model/index.ts';
import { userResource } from '../resources.ts';
import { text, texts } from './payloads.ts';

/**
 * A live user. The broker shows a salted hash, never a password: a declared password is hashed with the same salt.
 * @throws MissingVariable
 */
export function toUser(
  broker: string,
  item: JsonObject,
  desired: JsonObject | undefined,
  resolve: Resolve,
): Resource {
  const hash = text(item.password_hash);
  const { password, 'password-hash': declaredHash } = desired ?? {};
  const secrets: Record<string, JsonObject> = {};
  if (isSecretRef(password)) {
    const same = isPasswordOf(hash, text(item.hashing_algorithm), resolve(password.$secret));
    secrets.password = same ? password : HIDDEN;
  }
  if (isSecretRef(declaredHash)) {
    secrets['password-hash'] = resolve(declaredHash.$secret) === hash ? declaredHash : HIDDEN;
  }
  if (!isSecretRef(password) && !isSecretRef(declaredHash) && hash !== '') secrets['password-hash'] = HIDDEN;
  return userResource(broker, text(item.name), { tags: texts(item.tags), ...secrets });
}

const DIGESTS: Readonly<Record<string, string>> = {
  rabbit_password_hashing_sha256: 'sha256',
  rabbit_password_hashing_sha512: 'sha512',
  rabbit_password_hashing_md5: 'md5',
};
const SALT_BYTES = 4;

/** `base64(salt ‖ hash(salt ‖ password))`, https://www.rabbitmq.com/docs/passwords#this-is-the-algorithm */
export function isPasswordOf(hash: string, algorithm: string, password: string): boolean {
  const digest = DIGESTS[algorithm];
  if (!digest) return false;
  const salt = Buffer.from(hash, 'base64').subarray(0, SALT_BYTES);
  const salted = createHash(digest).update(salt).update(password, 'utf8').digest();
  return Buffer.concat([salt, salted]).toString('base64') === hash;
}
