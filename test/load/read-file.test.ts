import { expect, test } from 'vitest';
import { decodeText, MAX_BYTES, readText } from '../../src/load/read-file.ts';
import { readYaml } from '../../src/load/yaml.ts';
import { folderOfTest } from '../setup/folder.ts';
import { codes } from './folder.ts';

test('byte order marks and CRLF are fine, and columns do not count them', () => {
  const bytes = Buffer.from('\ufeffa: 1\r\nb: .nan\r\n');
  const text = decodeText(bytes, 't.yaml');
  expect('text' in text && codes(readYaml(text.text, 't.yaml').diagnostics)).toEqual(['2:4 load/number']);
});

// Functions, or the reporter would print the bytes.
const badBytes: Record<string, [bytes: () => Uint8Array, expected: string]> = {
  'a stray byte': [() => Buffer.from([0x61, 0x3a, 0x20, 0x0a, 0x62, 0xff, 0x0a]), '2:2 load/invalid-utf8'],
  'a cut character': [
    () => Buffer.concat([Buffer.from('é: ü'), Buffer.from([0xc3])]),
    '1:5 load/invalid-utf8',
  ],
  'a real replacement character before': [
    () => Buffer.concat([Buffer.from('\ufffd\n'), Buffer.from([0x80])]),
    '2:1 load/invalid-utf8',
  ],
  'UTF-16': [() => Buffer.from('\ufeffa: 1', 'utf16le'), '1:1 load/invalid-utf8'],
  'a control character': [() => Buffer.from('a: 1\nb: \x1b[31m'), '2:4 load/control-character'],
  'a NUL': [() => Buffer.from('a\0'), '1:2 load/control-character'],
  'more than is read': [() => Buffer.alloc(MAX_BYTES + 1, 0x61), '1:1 load/file-too-large'],
};

test.each(Object.keys(badBytes))('%s is refused where it stands', (name) => {
  const [bytes, expected] = badBytes[name] ?? [() => Buffer.of(), ''];
  const result = decodeText(bytes(), 't.yaml');
  expect('diagnostic' in result && codes([result.diagnostic])).toEqual([expected]);
});

test('what is no file is said to be none, and a large file is not read', () => {
  const folder = folderOfTest({ 'large.yaml': Buffer.alloc(MAX_BYTES + 1, 0x20), 'ok.yaml': 'a: 1' });
  const told = (name: string) => {
    const result = readText(`${folder}/${name}`, name);
    return 'diagnostic' in result ? result.diagnostic.code : result.text;
  };
  expect(told('ok.yaml')).toBe('a: 1');
  expect(told('large.yaml')).toBe('load/file-too-large');
  expect(told('none.yaml')).toBe('load/missing-file');
  expect(told('ok.yaml/x')).toBe('load/missing-file');
  expect(told('.')).toBe('load/unreadable-file');
});
