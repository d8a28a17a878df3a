import { closeSync, constants, fstatSync, openSync, readSync } from 'node:fs';
import type { Diagnostic } from '../model/index.ts';
import { loadError } from './problems.ts';

/** The largest file that is read, in bytes: about a hundred thousand resources. */
export const MAX_BYTES = 16 * 1024 * 1024;

export type TextResult = { readonly text: string } | { readonly diagnostic: Diagnostic };

/** Reads one file as text; at most {@link MAX_BYTES} of it ever enter memory. `file` is how messages name it. */
export function readText(path: string, file: string): TextResult {
  let descriptor: number;
  try {
    // Without O_NONBLOCK, opening a pipe without a writer would block.
    descriptor = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
  } catch (error) {
    return { diagnostic: unreadable(file, error) };
  }
  try {
    const stat = fstatSync(descriptor);
    if (!stat.isFile()) {
      const what = stat.isDirectory() ? 'a folder' : 'not a regular file';
      return failed(file, 'unreadable-file', `cannot read ${file}: it is ${what}`, 'name a YAML file');
    }
    if (stat.size > MAX_BYTES) return tooLarge(file, stat.size);
    const bytes = Buffer.allocUnsafe(stat.size);
    let length = 0;
    for (let got = -1; got !== 0 && length < stat.size; length += got) {
      got = readSync(descriptor, bytes, length, stat.size - length, null);
    }
    return decodeText(bytes.subarray(0, length), file);
  } catch (error) {
    return { diagnostic: unreadable(file, error) };
  } finally {
    closeSync(descriptor);
  }
}

/** UTF-8 with or without a byte order mark, holding only what YAML calls printable. */
export function decodeText(bytes: Uint8Array, file: string): TextResult {
  if (bytes.length > MAX_BYTES) return tooLarge(file, bytes.length);
  if ((bytes[0] === 0xff && bytes[1] === 0xfe) || (bytes[0] === 0xfe && bytes[1] === 0xff)) {
    return failed(
      file,
      'invalid-utf8',
      'the file is UTF-16, and YAML files here are UTF-8',
      'save it as UTF-8',
    );
  }
  let text: string;
  try {
    // Removes a byte order mark, so that columns count from the first visible character.
    text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return invalidUtf8(bytes, file);
  }
  const unprintable = NOT_PRINTABLE.exec(text);
  if (!unprintable) return { text };
  const code = (unprintable[0].codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0');
  return failed(
    file,
    'control-character',
    `the file holds the character U+${code}, which YAML does not allow`,
    `remove it, or write it as "\\u${code}" inside double quotes`,
    text.slice(0, unprintable.index),
  );
}

/** Outside of c-printable, https://yaml.org/spec/1.2.2/#51-character-set */
const NOT_PRINTABLE = /[^\t\n\r -~\x85\u{a0}-\u{d7ff}\u{e000}-\u{fffd}\u{10000}-\u{10ffff}]/u;

function invalidUtf8(bytes: Uint8Array, file: string): TextResult {
  const lossy = new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes);
  let offset = 0;
  let index = 0;
  for (const char of lossy) {
    // A real U+FFFD is EF BF BD; any other byte under one was invalid.
    if (char === '\ufffd' && bytes[offset] !== 0xef) break;
    if (char === '\ufffd' && (bytes[offset + 1] !== 0xbf || bytes[offset + 2] !== 0xbd)) break;
    offset += Buffer.byteLength(char);
    index += char.length;
  }
  const byte = (bytes[offset] ?? 0).toString(16).toUpperCase().padStart(2, '0');
  return failed(
    file,
    'invalid-utf8',
    `the file is not valid UTF-8: byte 0x${byte} at offset ${offset}`,
    'save it as UTF-8',
    lossy.slice(0, index).replace(/^\ufeff/, ''),
  );
}

function tooLarge(file: string, size: number): TextResult {
  const megabytes = (size / 1024 / 1024).toFixed(1);
  return failed(
    file,
    'file-too-large',
    `${file} is ${megabytes} MiB, and at most ${MAX_BYTES / 1024 / 1024} MiB are read`,
    'split it into several files',
  );
}

function unreadable(file: string, error: unknown): Diagnostic {
  const code = error instanceof Error && 'code' in error ? String(error.code) : undefined;
  const missing = code === 'ENOENT' || code === 'ENOTDIR';
  const at = { file, line: 1, col: 1 };
  if (!missing) {
    const message = `cannot read ${file}: ${code ?? String(error)}`;
    return loadError('unreadable-file', message, at, 'check its permissions');
  }
  const hint = 'check the path; it is relative to the working directory';
  return loadError('missing-file', `${file} does not exist`, at, hint);
}

function failed(file: string, code: string, message: string, hint: string, before = ''): TextResult {
  const lastBreak = before.lastIndexOf('\n');
  const at = { file, line: before.split('\n').length, col: before.length - lastBreak };
  return { diagnostic: loadError(code, message, at, hint) };
}
