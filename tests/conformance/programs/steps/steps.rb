# The steps that src/steps.ts describes, on bunny: ruby steps.rb PREFIX

require 'bunny'
require 'json'
require 'timeout'

LIMIT_SECONDS = 15
$stdout.sync = true
$prefix = ARGV[0]
$step = ''

def say(event, **fields)
  puts JSON.generate({ step: $step, event: event, **fields })
end

def declare(channel, name, arguments = {})
  channel.queue("#{$prefix}.#{name}", exclusive: true, arguments: arguments)
end

def send_to(queue, body, **properties)
  queue.channel.default_exchange.publish(body, routing_key: queue.name, **properties)
end

# Gets the next message, which has to come, and acknowledges it.
def take(queue)
  Timeout.timeout(LIMIT_SECONDS) do
    loop do
      delivery, properties, body = queue.pop
      return [delivery, properties, body] if delivery
      sleep 0.01
    end
  end
end

# Starts a consumer. Bunny calls it on a thread of the channel: this hands over what it got.
def consume(queue, **options)
  arrived = Thread::Queue.new
  queue.subscribe(**options) { |*delivery| arrived << delivery }
  arrived
end

def wait_for(arrived)
  Timeout.timeout(LIMIT_SECONDS) { arrived.pop }
end

STEPS = {
  'confirms' => lambda do |channel, _|
    queue = declare(channel, 'confirms')
    channel.confirm_select
    20.times { |number| send_to(queue, number.to_s) }
    say('confirmed', count: channel.wait_for_confirms ? 20 : 0)
    say('waiting', messages: queue.message_count)
  end,

  'properties' => lambda do |channel, _|
    queue = declare(channel, 'properties')
    headers = { text: 'Grüße', number: 42, flag: true, list: %w[a b], table: { inner: 'x' } }
    send_to(queue, '{}', content_type: 'application/json', correlation_id: 'c-1', message_id: 'm-1', priority: 3,
                         persistent: true, type: 'order', app_id: 'shop', headers: headers)
    _, properties, body = take(queue)
    say('received', body: body, contentType: properties.content_type, correlationId: properties.correlation_id,
                    messageId: properties.message_id, priority: properties.priority,
                    deliveryMode: properties.delivery_mode, type: properties.type, appId: properties.app_id,
                    headers: properties.headers)
  end,

  'returned' => lambda do |channel, _|
    exchange = channel.direct('amq.direct', durable: true)
    exchange.on_return do |info, _, body|
      say('returned', code: info.reply_code, text: info.reply_text, exchange: info.exchange, key: info.routing_key,
                      body: body)
    end
    channel.confirm_select
    exchange.publish('back', routing_key: "#{$prefix}.nobody", mandatory: true)
    say('confirmed') if channel.wait_for_confirms
  end,

  'topic' => lambda do |channel, _|
    queue = declare(channel, 'topic')
    exchange = channel.topic("#{$prefix}.topics", auto_delete: true)
    queue.bind(exchange, routing_key: 'order.*').bind(exchange, routing_key: '#.paid')
    %w[order.new other order.new.paid order.paid paid].each { |key| exchange.publish(key, routing_key: key) }
    4.times { say('received', body: take(queue)[2]) }
    say('waiting', messages: queue.message_count)
  end,

  'prefetch' => lambda do |channel, _|
    queue = declare(channel, 'prefetch')
    %w[a b c d e].each { |body| send_to(queue, body) }
    channel.prefetch(2)
    arrived = consume(queue, manual_ack: true)
    2.times do
      say('received', body: wait_for(arrived)[2])
      delivery, _, body = wait_for(arrived)
      say('received', body: body)
      say('waiting', messages: queue.message_count)
      channel.ack(delivery.delivery_tag, true)
    end
    delivery, _, body = wait_for(arrived)
    say('received', body: body)
    channel.ack(delivery.delivery_tag)
  end,

  'dead-letter' => lambda do |channel, _|
    work = declare(channel, 'work', 'x-dead-letter-exchange' => "#{$prefix}.dlx", 'x-dead-letter-routing-key' => 'dead')
    dead = declare(channel, 'dead')
    dead.bind(channel.direct("#{$prefix}.dlx", auto_delete: true), routing_key: 'dead')
    send_to(work, 'bad', headers: { job: 7 })
    channel.reject(wait_for(consume(work, manual_ack: true))[0].delivery_tag)
    delivery, properties, body = take(dead)
    properties.headers['x-death'][0].delete('time')
    say('dead', body: body, exchange: delivery.exchange, key: delivery.routing_key, headers: properties.headers)
  end,

  'expiration' => lambda do |channel, _|
    target = declare(channel, 'target')
    hold = declare(channel, 'hold', 'x-dead-letter-exchange' => '', 'x-dead-letter-routing-key' => target.name)
    send_to(hold, 'late', expiration: '100')
    _, properties, body = take(target)
    death = properties.headers['x-death'][0]
    say('expired', body: body, expires: !properties.expiration.nil?, reason: death['reason'],
                   original: death['original-expiration'])
  end,

  'retry' => lambda do |channel, _|
    work = declare(channel, 'jobs', 'x-dead-letter-exchange' => '', 'x-dead-letter-routing-key' => "#{$prefix}.retry")
    declare(channel, 'retry', 'x-message-ttl' => 200, 'x-dead-letter-exchange' => '',
                              'x-dead-letter-routing-key' => work.name)
    channel.prefetch(1)
    arrived = consume(work, manual_ack: true)
    send_to(work, 'job')
    since = 0
    3.times do |index|
      delivery, properties, body = wait_for(arrived)
      now = Process.clock_gettime(Process::CLOCK_MONOTONIC)
      deaths = ((properties.headers || {})['x-death'] || []).map { |death| death.values_at('queue', 'reason', 'count').join(' ') }
      say('attempt', body: body, deaths: deaths, waited: now - since > 0.15)
      since = now
      index < 2 ? channel.reject(delivery.delivery_tag) : channel.ack(delivery.delivery_tag)
    end
    say('waiting', messages: work.message_count)
  end,

  'priority' => lambda do |channel, _|
    queue = declare(channel, 'priority', 'x-max-priority' => 5)
    send_to(queue, 'none')
    [1, 5, 3].each { |priority| send_to(queue, priority.to_s, priority: priority) }
    4.times { say('received', body: take(queue)[2]) }
  end,

  'overflow' => lambda do |channel, _|
    queue = declare(channel, 'overflow', 'x-max-length' => 1, 'x-overflow' => 'reject-publish')
    channel.confirm_select
    %w[first second].each do |body|
      send_to(queue, body)
      say(channel.wait_for_confirms ? 'confirmed' : 'refused', body: body)
    end
    say('waiting', messages: queue.message_count)
  end,

  'rpc' => lambda do |channel, connection|
    queue = declare(channel, 'rpc')
    server = connection.create_channel
    answers = Thread::Queue.new
    # A queue object would declare itself; this name is only consumed from.
    channel.basic_consume('amq.rabbitmq.reply-to', '', true) { |*answer| answers << answer }
    send_to(queue, 'ping', reply_to: 'amq.rabbitmq.reply-to', correlation_id: 'r-1')
    _, request, body = take(server.queue(queue.name, passive: true))
    say('request', body: body, direct: request.reply_to.start_with?('amq.rabbitmq.reply-to.'))
    server.default_exchange.publish('pong', routing_key: request.reply_to, correlation_id: request.correlation_id)
    _, answer, body = wait_for(answers)
    say('answer', body: body, correlationId: answer.correlation_id)
  end,

  'cancelled' => lambda do |channel, connection|
    queue = declare(channel, 'cancelled')
    cancelled = Thread::Queue.new
    queue.subscribe(consumer_tag: 'watcher', on_cancellation: ->(cancel) { cancelled << cancel.consumer_tag }) {}
    connection.create_channel.queue_delete(queue.name)
    say('cancelled', tag: wait_for(cancelled))
  end,

  'refused' => lambda do |channel, connection|
    begin
      channel.queue("#{$prefix}.missing", passive: true)
    rescue Bunny::ChannelLevelException => error
      say('closed', code: error.channel_close.reply_code, text: error.channel_close.reply_text)
    end
    say('alive', queue: declare(connection.create_channel, 'alive').name)
  end
}.freeze

STEPS.each do |name, run|
  $step = name
  connection = Bunny.new(ENV.fetch('AMQP_URL'), recover_from_connection_close: false, automatically_recover: false,
                                                log_level: :fatal, log_file: $stderr)
  connection.start
  run.call(connection.create_channel, connection)
  connection.close
rescue StandardError => error
  say('failed', error: "#{error.class}: #{error.message}")
end
