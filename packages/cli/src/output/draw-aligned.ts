/** Columns side by side, for a screen that is drawn over and over. */

/** The header and the rows; numbers stand at the right. Lines are cut to `width`, where it is known. */
export function drawAligned(
  columns: readonly string[],
  rows: readonly (readonly string[])[],
  width: number = Number.POSITIVE_INFINITY,
): string[] {
  const widths = columns.map((name, at) => Math.max(name.length, ...rows.map((row) => row[at].length)))
  const isNumeric = columns.map((_name, at) => rows.every((row) => /^[\d.]*$/.test(row[at])))
  return [columns, ...rows].map((cells) => {
    const padded = cells.map((cell, at) => (isNumeric[at] ? cell.padStart(widths[at]) : cell.padEnd(widths[at])))
    return padded.join('  ').trimEnd().slice(0, width)
  })
}
