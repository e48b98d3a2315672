/** The methods of an open channel, each with its handler. A method without one is for servers only. */

import { type Method, type MethodArgs, type MethodName, ReplyCode } from '@warrenmq/codec'
import { ConnectionException } from '../../../errors.ts'
import type { Channel } from '../channel.ts'
import { basicHandlers } from './basic.ts'
import { channelHandlers } from './channel.ts'
import { confirmHandlers } from './confirm.ts'
import { exchangeHandlers } from './exchange.ts'
import { queueHandlers } from './queue.ts'
import { txHandlers } from './tx.ts'

/** Handlers of a class of methods. They throw what the peer is to be told. */
export type MethodHandlers = {
  readonly [N in MethodName]?: (channel: Channel, args: MethodArgs<N>) => void
}

const handlers: MethodHandlers = {
  ...channelHandlers,
  ...exchangeHandlers,
  ...queueHandlers,
  ...basicHandlers,
  ...confirmHandlers,
  ...txHandlers,
}

/**
 * Carries out a method.
 *
 * @throws ConnectionException COMMAND_INVALID for one that a client may not send on a channel.
 */
export function handleChannelMethod(channel: Channel, method: Method): void {
  const handler = handlers[method.name] as ((channel: Channel, args: Method['args']) => void) | undefined
  if (handler === undefined) throw new ConnectionException(ReplyCode.COMMAND_INVALID, 'unimplemented method')
  handler(channel, method.args)
}
