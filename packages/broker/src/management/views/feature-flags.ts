/** RabbitMQ's feature flags of what this broker does, for tools that ask. All of it is there from the first start. */

const DESCRIPTIONS: Readonly<Record<string, string>> = {
  drop_unroutable_metric: 'Messages that reach no queue are counted',
  empty_basic_get_metric: 'Gets from empty queues are counted',
  implicit_default_bindings: 'Queues are bound to the default exchange without a record',
  quorum_queue: 'Queues of type quorum',
  user_limits: 'Limits of connections and channels of a user',
  virtual_host_metadata: 'Description, tags and default queue type of a vhost',
}

export interface FeatureFlag {
  readonly [key: string]: string
  readonly name: string
}

export const FEATURE_FLAGS: readonly FeatureFlag[] = Object.entries(DESCRIPTIONS).map(([name, desc]) => ({
  name,
  desc,
  doc_url: '',
  state: 'enabled',
  stability: 'stable',
  provided_by: 'warren',
}))
