/** Methods of the class `confirm`. */

import { ReplyCode } from '@warrenmq/codec'
import { ChannelException } from '../../../errors.ts'
import { PublisherConfirms } from '../confirms.ts'
import type { MethodHandlers } from './index.ts'

export const confirmHandlers: MethodHandlers = {
  'confirm.select'(channel, args) {
    if (channel.transaction !== undefined) {
      throw new ChannelException(ReplyCode.PRECONDITION_FAILED, 'cannot switch from tx to confirm mode')
    }
    const { turn, journal } = channel.connection.services
    if (channel.confirms === undefined) {
      channel.confirms = new PublisherConfirms(channel.number, channel.output, turn, journal)
      channel.publisher.confirmsBegin()
    }
    if (!args.noWait) channel.send('confirm.select-ok', {})
  },
}
