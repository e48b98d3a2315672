/** What an operator says of a vhost. It changes nothing about it. */

export interface VhostMetadata {
  readonly description?: string
  readonly tags?: readonly string[]
  /** RabbitMQ makes queues of this type where a client names none. It has no effect here yet: they are classic ones. */
  readonly defaultQueueType?: string
  /** Whether messages are to be copied to `amq.rabbitmq.trace`. It has no effect here yet. */
  readonly tracing?: boolean
}
