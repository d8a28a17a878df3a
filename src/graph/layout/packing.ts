export interface Size {
  readonly width: number;
  readonly height: number;
}

export interface Corner {
  readonly x: number;
  readonly y: number;
}

/**
 * Puts boxes in rows, in their order, so that all together are about as wide as a screen is to its height.
 * @returns the upper left corner of each, and the size of all
 */
export function packRows(
  boxes: readonly Size[],
  gap: number,
  aspect = 1.6,
): { readonly corners: Corner[]; readonly size: Size } {
  const area = boxes.reduce((sum, { width, height }) => sum + (width + gap) * (height + gap), 0);
  const limit = boxes.reduce((widest, { width }) => Math.max(widest, width), Math.sqrt(area * aspect));
  const corners: Corner[] = [];
  let x = 0;
  let y = 0;
  let rowHeight = 0;
  let right = 0;
  for (const { width, height } of boxes) {
    if (x > 0 && x + width > limit) {
      x = 0;
      y += rowHeight + gap;
      rowHeight = 0;
    }
    corners.push({ x, y });
    right = Math.max(right, x + width);
    rowHeight = Math.max(rowHeight, height);
    x += width + gap;
  }
  return { corners, size: { width: right, height: y + rowHeight } };
}
