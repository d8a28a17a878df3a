import {
  isObject,
  kindOf,
  type LocalBroker,
  type LocalContainer,
  type LocalEndpoint,
  type LocalRequest,
  type NoContainer,
  type Resource,
} from '../../../model/index.ts';
import { EXCHANGE_PLUGINS } from '../fields/exchange.ts';
import { COMPONENTS } from '../fields/parameter.ts';
import { type RabbitSettings, readSettings } from '../session/settings.ts';

/** In containers of the official image `rabbitmq`, tag `<version>-management`. */
export const local: LocalBroker = {
  ports: [5672, 15672],
  endpoints: (connection) => endpointsOf(readSettings(connection)),
  container,
  settings: ([amqp, management]) => ({
    url: `amqp://guest:guest@127.0.0.1:${amqp}`,
    management: `http://127.0.0.1:${management}`,
  }),
  // A quorum queue takes the members that there are.
  overrides: () => ({}),
};

function endpointsOf({ amqp, management }: RabbitSettings): LocalEndpoint[] {
  const urlOf = (scheme: string, { host, port }: { host: string; port: number }) =>
    `${scheme}://${host.includes(':') ? `[${host}]` : host}:${port}`;
  return [
    ...(amqp ? [{ ...amqp, containerPort: 5672, url: urlOf('amqp', amqp) }] : []),
    { ...management, containerPort: 15672, url: urlOf('http', management) },
  ];
}

function container({ connection, version, resources }: LocalRequest): LocalContainer | NoContainer {
  const { amqp, management, prefix } = readSettings(connection);
  if (amqp?.tls || management.tls) {
    return { problem: 'its settings ask for TLS', hint: 'use amqp:// and http:// without "tls" there' };
  }
  if (prefix !== '') {
    return { problem: '"management" has a path', hint: 'write it as http://localhost:15672 there' };
  }
  const plugins = pluginsFor(resources);
  const missing = plugins.find((plugin) => !BUNDLED.test(plugin));
  if (missing !== undefined) {
    const hint = `use an image that has it, with a compose file of your own: --compose-file`;
    return { problem: `the image does not contain ${missing}`, hint };
  }
  const { username, password } = management;
  const isGuest = username === 'guest' && password === 'guest';
  return {
    image: `rabbitmq:${version}-management`,
    environment: {
      // RabbitMQ reads both itself: rabbit_prelaunch_conf and rabbit_env of its sources, 3.8 and later.
      ...(!isGuest && {
        RABBITMQ_DEFAULT_USER: username,
        RABBITMQ_DEFAULT_PASS: [{ secret: password }],
      }),
      // The file of the image belongs to root, so that the server cannot write it.
      ...(plugins.length > 0 && {
        RABBITMQ_ENABLED_PLUGINS: ['rabbitmq_management', ...plugins].join(','),
        RABBITMQ_ENABLED_PLUGINS_FILE: '/var/lib/rabbitmq/enabled_plugins',
      }),
    },
    data: '/var/lib/rabbitmq',
    healthcheck: ['rabbitmq-diagnostics', '--quiet', 'check_port_connectivity'],
  };
}

/** Of the plug-ins that declared resources need, this is in no release of RabbitMQ. */
const BUNDLED = /^(?!rabbitmq_delayed_message_exchange$)/;

function pluginsFor(resources: readonly Resource[]): string[] {
  const plugins = resources.flatMap(({ address, spec }) => {
    const kind = kindOf(address);
    if (kind === 'exchange') return EXCHANGE_PLUGINS[String(spec.type)] ?? [];
    if (kind === 'parameter') return COMPONENTS.get(address.split('/')[3] ?? '')?.plugins?.[0] ?? [];
    const { definition } = spec;
    const federates = isObject(definition) && Object.keys(definition).some((key) => /^federation-/.test(key));
    return kind === 'policy' && federates ? 'rabbitmq_federation' : [];
  });
  return [...new Set(plugins)].sort();
}
