import { providers } from '../../../src/brokers/index.ts';

/*
 * Takes a lock and keeps it until it is killed. Arguments: a provider, the settings of its connection and the request,
 * both as JSON. Prints what came of the request.
 */

const [type = '', settings = '{}', request = '{}'] = process.argv.slice(2);
const provider = providers.find(({ name }) => name === type);
const connection = { name: type, type, settings: JSON.parse(settings), timeout: 20_000 };
provider
  ?.connect({ ...connection, resolve: (text) => text })
  .then((session) => session.lock?.(JSON.parse(request)))
  .then((attempt) => process.stdout.write(`${attempt?.status}\n`));
