import type { TerraformKind } from '../../../../import/index.ts';
import { putLimit, vhostOf } from './values.ts';

export const user: TerraformKind = {
  kind: 'user',
  translate(draft, resource) {
    const { values, at } = resource;
    const name = resource.text('name');
    if (name === undefined) return undefined;
    const path = ['users', name];
    draft.open(path, at);
    const tags = values.texts('tags').map(({ text }) => text);
    draft.put([...path, 'tags'], tags, values.at('tags'));
    const variable = draft.secret([...path, 'password'], ['rabbitmq', name, 'password'], at);
    values.leave('password', `a password is never copied: set ${variable} in the environment`);
    putLimit(draft, [...path, 'limits', 'max-connections'], values, 'max_connections');
    putLimit(draft, [...path, 'limits', 'max-channels'], values, 'max_channels');
    return [name];
  },
};

export const permissions: TerraformKind = {
  kind: 'permission',
  translate(draft, resource) {
    const vhost = vhostOf(resource);
    const name = resource.text('user');
    const granted = resource.block('permissions');
    if (vhost === undefined || name === undefined || !granted) return undefined;
    const path = ['vhosts', vhost, 'permissions', name];
    draft.open(path, resource.at);
    draft.carry(path, granted, {
      configure: ['configure', 'text'],
      write: ['write', 'text'],
      read: ['read', 'text'],
    });
    return [vhost, name];
  },
};

export const topicPermissions: TerraformKind = {
  kind: 'topic-permission',
  translate(draft, resource) {
    const { values, at } = resource;
    const vhost = vhostOf(resource);
    const name = resource.text('user');
    if (vhost === undefined || name === undefined) return undefined;
    for (const granted of values.mappings('permissions')) {
      const exchange = granted.required('exchange');
      if (exchange === undefined) continue;
      const path = ['vhosts', vhost, 'topic-permissions', name, exchange];
      draft.open(path, at);
      draft.carry(path, granted, { write: ['write', 'text'], read: ['read', 'text'] });
    }
    return [vhost, name];
  },
};
