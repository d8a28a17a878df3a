import type { Exporter } from '../../../model/index.ts';
import { channels } from './channels.ts';
import { definitions } from './definitions.ts';

export const exporter: Exporter = { definitions, channels };
