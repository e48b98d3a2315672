/** Work that goes on until somebody has seen enough. */

/** Runs work with a signal that Ctrl+C, `kill` or the end of a time sets: such an end is in order. */
export async function untilInterrupted(
  work: (signal: AbortSignal) => Promise<void>,
  durationSeconds: number = Number.POSITIVE_INFINITY,
): Promise<void> {
  const controller = new AbortController()
  const stop = () => controller.abort()
  process.on('SIGINT', stop).on('SIGTERM', stop)
  const timer = Number.isFinite(durationSeconds) ? setTimeout(stop, durationSeconds * 1000) : undefined
  try {
    await work(controller.signal)
  } catch (error) {
    if (!controller.signal.aborted) throw error
  } finally {
    clearTimeout(timer)
    process.off('SIGINT', stop).off('SIGTERM', stop)
  }
}
