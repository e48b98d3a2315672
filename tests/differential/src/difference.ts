/** Two transcripts side by side, as far as it takes to see where they part. */

const LINES_BEFORE = 6
const LINES_AFTER = 6

/** The first difference in words; `undefined` when there is none. */
export function firstDifference(rabbit: readonly string[], warren: readonly string[]): string | undefined {
  const length = Math.max(rabbit.length, warren.length)
  for (let index = 0; index < length; index++) {
    if (rabbit[index] !== warren[index]) return describe(rabbit, warren, index)
  }
  return undefined
}

function describe(rabbit: readonly string[], warren: readonly string[], index: number): string {
  const part = (lines: readonly string[], mark: string) => {
    const shown = lines.slice(index, index + LINES_AFTER).map((line) => `${mark} ${line}`)
    return shown.length === 0 ? [`${mark} (nothing more)`] : shown
  }
  const before = rabbit.slice(Math.max(0, index - LINES_BEFORE), index).map((line) => `  ${line}`)
  return ['- RabbitMQ', '+ WarrenMQ', ...before, ...part(rabbit, '-'), ...part(warren, '+')].join('\n')
}
