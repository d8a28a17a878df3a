import type { ForeignFormat } from '../../../import/index.ts';
import { asyncapi } from './asyncapi.ts';
import { julie } from './julie.ts';
import { kafkaGitops } from './kafka-gitops.ts';
import { strimzi } from './strimzi.ts';
import { terraform } from './terraform.ts';
import { topicctl } from './topicctl.ts';

export const foreignFormats: readonly ForeignFormat[] = [
  asyncapi,
  julie,
  kafkaGitops,
  strimzi,
  terraform,
  topicctl,
];
