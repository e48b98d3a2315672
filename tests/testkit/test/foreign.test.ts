import { describeMissing } from '@warrenmq/testkit'
import { expect, it } from 'vitest'

const all = {
  rabbitmqServer: '/r',
  pythonWithPika: '/p',
  pythonWithCelery: '/p',
  pythonWithAioPika: '/p',
  phpWithAmqplib: '/h',
  rubyWithBunny: '/b',
  goWithAmqp091: '/g',
  javaWithAmqpClient: '/j',
  amqpTools: '/a',
  slapd: '/s',
}

it('says nothing when everything is installed', () => {
  expect(describeMissing(all, { WARREN_REQUIRE_FOREIGN: '1' })).toEqual([])
})

it('has a line for everything that is missing', () => {
  const foreign = { ...all, rabbitmqServer: undefined, pythonWithPika: undefined }
  expect(describeMissing(foreign, {})).toEqual([
    'left out, as rabbitmq-server is not installed: comparisons with RabbitMQ',
    'left out, as python3-pika is not installed: programs written for pika',
  ])
})

it('fails for what is missing and required', () => {
  expect(() => describeMissing({ ...all, amqpTools: undefined }, { WARREN_REQUIRE_FOREIGN: '1' })).toThrow(
    /^WARREN_REQUIRE_FOREIGN=1, but tests would be left out, as amqp-tools is not installed/,
  )
})
