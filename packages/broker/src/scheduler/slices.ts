/** Long work done in slices, so that the event loop is never held for long. */

/** How long work goes on before other work gets its turn, in milliseconds. */
const SLICE_MS = 5
/** Steps between two looks at the time. */
const STEPS_PER_LOOK = 32

/**
 * Runs `work` to its end: at once when it is short, otherwise in slices. Each `yield` ends a step, which must be short.
 *
 * @param sliceMs How long a slice holds up other work, in milliseconds. @default 5
 */
export async function runInSlices(work: Iterator<void>, sliceMs: number = SLICE_MS): Promise<void> {
  while (!runSlice(work, sliceMs)) await new Promise((resolve) => setImmediate(resolve))
}

/** Goes on with the work for a while. Returns whether it is done. */
function runSlice(work: Iterator<void>, sliceMs: number): boolean {
  const end = performance.now() + sliceMs
  do {
    for (let i = 0; i < STEPS_PER_LOOK; i++) if (work.next().done === true) return true
  } while (performance.now() < end)
  return false
}
