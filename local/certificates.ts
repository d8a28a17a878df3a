import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { run } from './commands.ts';

/** Paths of PEM files: a certificate authority, and a server and a client that it vouches for. */
export interface Certificates {
  ca: string;
  serverCert: string;
  serverKey: string;
  clientCert: string;
  clientKey: string;
}

const extensions = `
[req]
distinguished_name = name
[name]
[ca]
basicConstraints = critical, CA:true
keyUsage = critical, keyCertSign, cRLSign
subjectKeyIdentifier = hash
[server]
basicConstraints = CA:false
extendedKeyUsage = serverAuth
subjectAltName = DNS:localhost, IP:127.0.0.1
[client]
basicConstraints = CA:false
extendedKeyUsage = clientAuth
`;

/** Makes certificates that last a few days, for a server on localhost and a client named `client`. */
export async function makeCertificates(folder: string): Promise<Certificates> {
  const file = (name: string) => join(folder, name);
  const config = file('openssl.cnf');
  writeFileSync(config, extensions);

  const make = (name: 'ca' | 'server' | 'client', subject: string, signer: string[]) =>
    run('openssl', [
      ...['req', '-x509', '-config', config, '-extensions', name, '-days', '3', '-subj', `/CN=${subject}`],
      ...['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-noenc'],
      ...['-keyout', file(`${name}.key`), '-out', file(`${name}.pem`), ...signer],
    ]);

  await make('ca', 'brokerform test authority', []);
  const signer = ['-CA', file('ca.pem'), '-CAkey', file('ca.key')];
  await make('server', 'localhost', signer);
  await make('client', 'client', signer);
  return {
    ca: file('ca.pem'),
    serverCert: file('server.pem'),
    serverKey: file('server.key'),
    clientCert: file('client.pem'),
    clientKey: file('client.key'),
  };
}
