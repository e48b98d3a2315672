/** Words of the suites of what the management API has beyond RabbitMQ's. */

import { type CreateBrokerOptions, createBroker } from '@warrenmq/broker'
import { onWarren, storageOptions } from '@warrenmq/testkit'
import { type Api, apiOf } from './support.ts'

/** Runs a suite against this broker alone. */
export function onWarrenApi(suite: (api: Api) => void, options: CreateBrokerOptions = {}): void {
  onWarren(
    () => createBroker({ port: 0, managementPort: 0, ...storageOptions(), ...options }),
    (target) => suite(apiOf(target)),
  )
}
