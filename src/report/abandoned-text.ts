import type { AbandonedMove, Diagnostic } from '../model/index.ts';
import { escapeText } from '../text/escape.ts';
import { itemLine } from './step-lines.ts';
import type { Style } from './style.ts';

const INDENT = '      ';
const HINT = 'declare it as before and apply, which continues the move';

/** What an interrupted move left, and how it goes on. */
export function abandonedBlocks(moves: readonly AbandonedMove[], style: Style): string[][] {
  return moves.map(({ left, ...item }) => [
    itemLine(' ! ', item, '', style),
    `${INDENT}no longer declared, and its move was interrupted; nothing is deleted, and this is left:`,
    ...left.map((one) => `${INDENT}  ${escapeText(leftText(one))}`),
    `${INDENT}to proceed: ${HINT}`,
  ]);
}

export function abandonedFindings(moves: readonly AbandonedMove[]): Diagnostic[] {
  return moves.map(({ address, title, detail, left }) => ({
    code: 'plan/interrupted-move',
    severity: 'warning',
    message: `${detail === '' ? title : `${title} (${detail})`} is no longer declared, and its move was interrupted: ${left.map(leftText).join('; ')}`,
    address,
    hint: HINT,
  }));
}

function leftText({ title, text }: AbandonedMove['left'][number]): string {
  return text === undefined ? title : `${title}  ${text}`;
}
