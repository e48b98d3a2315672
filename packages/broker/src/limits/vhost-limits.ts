/** Limits of a vhost: the parameter `limits` of the component `vhost-limits`. */

import { isJsonObject, type JsonValue } from '../parameters/json-value.ts'
import type { ParameterComponent } from '../parameters/parameter-components.ts'
import { checkInteger, checkObject } from '../parameters/term-validation.ts'

/** Most of something; `undefined` is no limit, 0 allows none. */
export interface VhostLimits {
  readonly maxConnections: number | undefined
  readonly maxQueues: number | undefined
}

/** The only name of a parameter of this component. */
export const LIMITS_NAME = 'limits'

export const NO_VHOST_LIMITS: VhostLimits = Object.freeze({ maxConnections: undefined, maxQueues: undefined })

const RULES = ['max-connections', 'max-queues'].map((key) => ({ key, check: checkInteger, mandatory: false }))

export const VHOST_LIMITS: ParameterComponent = {
  name: 'vhost-limits',
  check(name, value) {
    // RabbitMQ 3.10 keeps a parameter of another name and fails later.
    if (name !== LIMITS_NAME) return [`vhost-limits has one parameter, ${LIMITS_NAME}, and none named ${name}`]
    return checkObject(name, RULES, value)
  },
  async changed(vhost) {
    const value = vhost.parameters.get(VHOST_LIMITS.name, LIMITS_NAME)
    vhost.limits = {
      maxConnections: readLimit(value, 'max-connections'),
      maxQueues: readLimit(value, 'max-queues'),
    }
  },
}

/** A negative number is no limit. */
function readLimit(value: JsonValue | undefined, key: string): number | undefined {
  const limit = isJsonObject(value) && Object.hasOwn(value, key) ? value[key] : undefined
  return typeof limit === 'number' && limit >= 0 ? limit : undefined
}
