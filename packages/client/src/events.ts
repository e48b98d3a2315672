/** Typed events, without Node's emitter, so that they run everywhere. No event is special: one that nobody hears is forgotten. */

type Listener<A> = (event: A) => void

/** Events of which `M` gives name and value. */
export class Emitter<M extends object> {
  readonly #listeners = new Map<keyof M, Set<Listener<never>>>()

  /** Calls `listener` for every such event from now on. Returns a function that ends that. */
  on<N extends keyof M>(name: N, listener: Listener<M[N]>): () => void {
    let listeners = this.#listeners.get(name)
    if (listeners === undefined) {
      listeners = new Set()
      this.#listeners.set(name, listeners)
    }
    // One of its own, so that the same function may listen twice.
    const own: Listener<M[N]> = (event) => listener(event)
    listeners.add(own as Listener<never>)
    return () => {
      listeners.delete(own as Listener<never>)
    }
  }

  /** Tells the listeners. What one of them throws reaches the process as an uncaught exception, and no other listener. */
  emit<N extends keyof M>(name: N, event: M[N]): void {
    const listeners = this.#listeners.get(name)
    if (listeners === undefined) return
    for (const listener of [...listeners] as unknown as Listener<M[N]>[]) {
      try {
        listener(event)
      } catch (error) {
        queueMicrotask(() => {
          throw error
        })
      }
    }
  }
}
