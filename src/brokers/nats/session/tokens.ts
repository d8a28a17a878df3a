/** A name that is one token of a subject: it cannot address anything but itself. */
export function isToken(name: string): boolean {
  return name !== '' && !/[\s.*>\p{Cc}]/u.test(name);
}
