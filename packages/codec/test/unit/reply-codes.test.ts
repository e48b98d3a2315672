import { expect, it } from 'vitest'
import { isHardError, ReplyCode, replyCodeName } from '../../src/index.ts'

it('names reply codes as the texts of RabbitMQ begin', () => {
  expect(replyCodeName(ReplyCode.NOT_FOUND)).toBe('NOT_FOUND')
  expect(replyCodeName(541)).toBe('INTERNAL_ERROR')
  expect(replyCodeName(999)).toBe('999')
})

it('tells which codes close the connection', () => {
  const hard = Object.values(ReplyCode).filter(isHardError)
  expect(hard).toEqual([320, 402, 501, 502, 503, 504, 505, 506, 530, 540, 541])
})
