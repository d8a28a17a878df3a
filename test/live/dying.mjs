// Loaded before the program by a test: kills it with SIGKILL at a chosen moment of what it says to a broker.
// DYING: {"ports": [5672], "pattern": "…" (absent: bytes are counted), "count": 7, "into": "a file for the number said"}
import { writeFileSync } from 'node:fs';
import { Socket } from 'node:net';

const { ports, pattern, count, into } = JSON.parse(process.env.DYING ?? '{}');
const write = Socket.prototype.write;
let said = 0;

/** Where in these bytes the call begins that is not to be heard any more; undefined where it is not among them. */
function endWithin(bytes) {
  const before = said;
  if (pattern === undefined) {
    said += bytes.length;
    return said >= count ? count - before : undefined;
  }
  for (const { index } of bytes.toString('latin1').matchAll(new RegExp(pattern, 'gs'))) {
    said++;
    if (said === count) return index;
  }
  return undefined;
}

Socket.prototype.write = function (data, encoding, callback) {
  if (!ports?.includes(this.remotePort)) return write.call(this, data, encoding, callback);
  const bytes =
    typeof data === 'string'
      ? Buffer.from(data, typeof encoding === 'string' ? encoding : 'utf8')
      : Buffer.from(data.buffer, data.byteOffset, data.byteLength);
  const end = endWithin(bytes);
  if (end === undefined) return write.call(this, data, encoding, callback);
  write.call(this, bytes.subarray(0, end));
  process.kill(process.pid, 'SIGKILL');
  return false;
};

process.on('exit', () => into !== undefined && writeFileSync(into, String(said)));
