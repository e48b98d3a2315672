/** What an operator says of a vhost. */

export interface VhostMetadata {
  readonly description?: string
  readonly tags?: readonly string[]
  /** Type of the queues for which a client names none, as far as they can be of it. */
  readonly defaultQueueType?: string
  /** Whether messages are to be copied to `amq.rabbitmq.trace`. It has no effect here yet. */
  readonly tracing?: boolean
}
