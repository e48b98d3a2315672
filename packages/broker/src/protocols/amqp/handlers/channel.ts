/** Methods of the class `channel`, and `access.request`, which RabbitMQ answers and ignores. */

import { MethodId, ReplyCode } from '@warrenmq/codec'
import { ConnectionException } from '../../../errors.ts'
import type { MethodHandlers } from './index.ts'

export const channelHandlers: MethodHandlers = {
  'channel.open'() {
    throw new ConnectionException(ReplyCode.CHANNEL_ERROR, "second 'channel.open' seen", MethodId.channelOpen)
  },

  'channel.flow'(channel, args) {
    if (!args.active) throw new ConnectionException(ReplyCode.NOT_IMPLEMENTED, 'active=false')
    channel.send('channel.flow-ok', { active: true })
  },

  'access.request'(channel) {
    channel.send('access.request-ok', { ticket: 1 })
  },
}
