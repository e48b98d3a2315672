<?php
// The steps that src/steps.ts describes, on php-amqplib: php steps.php PREFIX

require 'PhpAmqpLib/autoload.php';

use PhpAmqpLib\Channel\AMQPChannel;
use PhpAmqpLib\Connection\AMQPStreamConnection;
use PhpAmqpLib\Exception\AMQPBasicCancelException;
use PhpAmqpLib\Exception\AMQPProtocolChannelException;
use PhpAmqpLib\Message\AMQPMessage;
use PhpAmqpLib\Wire\AMQPTable;

const LIMIT_SECONDS = 15;
$prefix = $argv[1];
$step = '';

function say(string $event, array $fields = []): void
{
    global $step;
    echo json_encode(['step' => $step, 'event' => $event] + $fields), "\n";
}

function open(): AMQPStreamConnection
{
    $url = parse_url(getenv('AMQP_URL'));
    $vhost = rawurldecode(substr($url['path'], 1));
    return new AMQPStreamConnection($url['host'], $url['port'], $url['user'], $url['pass'], $vhost);
}

function declareQueue(AMQPChannel $channel, string $name, array $arguments = []): string
{
    return $channel->queue_declare($name, false, false, true, false, false, new AMQPTable($arguments))[0];
}

function countReady(AMQPChannel $channel, string $queue): int
{
    return $channel->queue_declare($queue, true)[1];
}

function send(AMQPChannel $channel, string $queue, string $body, array $properties = []): void
{
    $channel->basic_publish(new AMQPMessage($body, $properties), '', $queue);
}

/** Gets the next message, which has to come, and acknowledges it. */
function take(AMQPChannel $channel, string $queue): AMQPMessage
{
    $end = microtime(true) + LIMIT_SECONDS;
    while (microtime(true) < $end) {
        $message = $channel->basic_get($queue, true);
        if ($message) {
            return $message;
        }
        usleep(10000);
    }
    throw new RuntimeException("nothing came to $queue");
}

/** Starts a consumer that collects what it is handed. */
function consume(AMQPChannel $channel, string $queue, string $tag = '', bool $noAck = false): ArrayObject
{
    $deliveries = new ArrayObject();
    $collect = fn (AMQPMessage $message) => $deliveries->append($message);
    $channel->basic_consume($queue, $tag, false, $noAck, false, false, $collect);
    return $deliveries;
}

/** The delivery with this index, which has to come. */
function delivery(AMQPChannel $channel, ArrayObject $deliveries, int $index): AMQPMessage
{
    while (count($deliveries) <= $index) {
        $channel->wait(null, false, LIMIT_SECONDS);
    }
    return $deliveries[$index];
}

function headers(AMQPMessage $message): array
{
    return $message->has('application_headers') ? $message->get('application_headers')->getNativeData() : [];
}

$steps = [
    'confirms' => function (AMQPChannel $channel) use ($prefix) {
        $queue = declareQueue($channel, "$prefix.confirms");
        $confirmed = 0;
        $channel->set_ack_handler(function () use (&$confirmed) {
            $confirmed++;
        });
        $channel->confirm_select();
        for ($i = 0; $i < 20; $i++) {
            send($channel, $queue, "$i");
        }
        $channel->wait_for_pending_acks(LIMIT_SECONDS);
        say('confirmed', ['count' => $confirmed]);
        say('waiting', ['messages' => countReady($channel, $queue)]);
    },
    'properties' => function (AMQPChannel $channel) use ($prefix) {
        $queue = declareQueue($channel, "$prefix.properties");
        $headers = ['text' => 'Grüße', 'number' => 42, 'flag' => true, 'list' => ['a', 'b'], 'table' => ['inner' => 'x']];
        send($channel, $queue, '{}', [
            'content_type' => 'application/json', 'correlation_id' => 'c-1', 'message_id' => 'm-1', 'priority' => 3,
            'delivery_mode' => 2, 'type' => 'order', 'app_id' => 'shop', 'application_headers' => new AMQPTable($headers),
        ]);
        $message = take($channel, $queue);
        say('received', [
            'body' => $message->getBody(), 'contentType' => $message->get('content_type'),
            'correlationId' => $message->get('correlation_id'), 'messageId' => $message->get('message_id'),
            'priority' => $message->get('priority'), 'deliveryMode' => $message->get('delivery_mode'),
            'type' => $message->get('type'), 'appId' => $message->get('app_id'), 'headers' => headers($message),
        ]);
    },
    'returned' => function (AMQPChannel $channel) use ($prefix) {
        $channel->set_return_listener(function ($code, $text, $exchange, $key, $message) {
            say('returned', ['code' => $code, 'text' => $text, 'exchange' => $exchange, 'key' => $key, 'body' => $message->getBody()]);
        });
        $channel->set_ack_handler(fn () => say('confirmed'));
        $channel->confirm_select();
        $channel->basic_publish(new AMQPMessage('back'), 'amq.direct', "$prefix.nobody", true);
        $channel->wait_for_pending_acks_returns(LIMIT_SECONDS);
    },
    'topic' => function (AMQPChannel $channel) use ($prefix) {
        $queue = declareQueue($channel, "$prefix.topic");
        $channel->exchange_declare("$prefix.topics", 'topic');
        $channel->queue_bind($queue, "$prefix.topics", 'order.*');
        $channel->queue_bind($queue, "$prefix.topics", '#.paid');
        foreach (['order.new', 'other', 'order.new.paid', 'order.paid', 'paid'] as $key) {
            $channel->basic_publish(new AMQPMessage($key), "$prefix.topics", $key);
        }
        for ($i = 0; $i < 4; $i++) {
            say('received', ['body' => take($channel, $queue)->getBody()]);
        }
        say('waiting', ['messages' => countReady($channel, $queue)]);
    },
    'prefetch' => function (AMQPChannel $channel) use ($prefix) {
        $queue = declareQueue($channel, "$prefix.prefetch");
        foreach (['a', 'b', 'c', 'd', 'e'] as $body) {
            send($channel, $queue, $body);
        }
        $channel->basic_qos(0, 2, false);
        $deliveries = consume($channel, $queue);
        foreach ([0, 2] as $index) {
            say('received', ['body' => delivery($channel, $deliveries, $index)->getBody()]);
            $second = delivery($channel, $deliveries, $index + 1);
            say('received', ['body' => $second->getBody()]);
            say('waiting', ['messages' => countReady($channel, $queue)]);
            $second->ack(true);
        }
        $last = delivery($channel, $deliveries, 4);
        say('received', ['body' => $last->getBody()]);
        $last->ack();
    },
    'dead-letter' => function (AMQPChannel $channel) use ($prefix) {
        $work = declareQueue($channel, "$prefix.work", ['x-dead-letter-exchange' => "$prefix.dlx", 'x-dead-letter-routing-key' => 'dead']);
        $dead = declareQueue($channel, "$prefix.dead");
        $channel->exchange_declare("$prefix.dlx", 'direct');
        $channel->queue_bind($dead, "$prefix.dlx", 'dead');
        send($channel, $work, 'bad', ['application_headers' => new AMQPTable(['job' => 7])]);
        delivery($channel, consume($channel, $work), 0)->reject(false);
        $message = take($channel, $dead);
        $headers = headers($message);
        unset($headers['x-death'][0]['time']);
        say('dead', ['body' => $message->getBody(), 'exchange' => $message->getExchange(), 'key' => $message->getRoutingKey(), 'headers' => $headers]);
    },
    'expiration' => function (AMQPChannel $channel) use ($prefix) {
        $target = declareQueue($channel, "$prefix.target");
        $hold = declareQueue($channel, "$prefix.hold", ['x-dead-letter-exchange' => '', 'x-dead-letter-routing-key' => $target]);
        send($channel, $hold, 'late', ['expiration' => '100']);
        $message = take($channel, $target);
        $death = headers($message)['x-death'][0];
        say('expired', [
            'body' => $message->getBody(), 'expires' => $message->has('expiration'), 'reason' => $death['reason'],
            'original' => $death['original-expiration'],
        ]);
    },
    'retry' => function (AMQPChannel $channel) use ($prefix) {
        $work = declareQueue($channel, "$prefix.jobs", ['x-dead-letter-exchange' => '', 'x-dead-letter-routing-key' => "$prefix.retry"]);
        declareQueue($channel, "$prefix.retry", ['x-message-ttl' => 200, 'x-dead-letter-exchange' => '', 'x-dead-letter-routing-key' => $work]);
        $channel->basic_qos(0, 1, false);
        $deliveries = consume($channel, $work);
        send($channel, $work, 'job');
        $since = 0.0;
        for ($index = 0; $index < 3; $index++) {
            $message = delivery($channel, $deliveries, $index);
            $deaths = array_map(fn ($death) => "$death[queue] $death[reason] $death[count]", headers($message)['x-death'] ?? []);
            say('attempt', ['body' => $message->getBody(), 'deaths' => $deaths, 'waited' => microtime(true) - $since > 0.15]);
            $since = microtime(true);
            $index < 2 ? $message->reject(false) : $message->ack();
        }
        say('waiting', ['messages' => countReady($channel, $work)]);
    },
    'priority' => function (AMQPChannel $channel) use ($prefix) {
        $queue = declareQueue($channel, "$prefix.priority", ['x-max-priority' => 5]);
        send($channel, $queue, 'none');
        foreach ([1, 5, 3] as $priority) {
            send($channel, $queue, "$priority", ['priority' => $priority]);
        }
        for ($i = 0; $i < 4; $i++) {
            say('received', ['body' => take($channel, $queue)->getBody()]);
        }
    },
    'overflow' => function (AMQPChannel $channel) use ($prefix) {
        $queue = declareQueue($channel, "$prefix.overflow", ['x-max-length' => 1, 'x-overflow' => 'reject-publish']);
        $channel->set_ack_handler(fn ($message) => say('confirmed', ['body' => $message->getBody()]));
        $channel->set_nack_handler(fn ($message) => say('refused', ['body' => $message->getBody()]));
        $channel->confirm_select();
        foreach (['first', 'second'] as $body) {
            send($channel, $queue, $body);
            $channel->wait_for_pending_acks(LIMIT_SECONDS);
        }
        say('waiting', ['messages' => countReady($channel, $queue)]);
    },
    'rpc' => function (AMQPChannel $channel, AMQPStreamConnection $connection) use ($prefix) {
        $queue = declareQueue($channel, "$prefix.rpc");
        $server = $connection->channel();
        $answers = consume($channel, 'amq.rabbitmq.reply-to', '', true);
        send($channel, $queue, 'ping', ['reply_to' => 'amq.rabbitmq.reply-to', 'correlation_id' => 'r-1']);
        $request = take($server, $queue);
        $replyTo = $request->get('reply_to');
        say('request', ['body' => $request->getBody(), 'direct' => str_starts_with($replyTo, 'amq.rabbitmq.reply-to.')]);
        send($server, $replyTo, 'pong', ['correlation_id' => $request->get('correlation_id')]);
        $answer = delivery($channel, $answers, 0);
        say('answer', ['body' => $answer->getBody(), 'correlationId' => $answer->get('correlation_id')]);
    },
    'cancelled' => function (AMQPChannel $channel, AMQPStreamConnection $connection) use ($prefix) {
        $queue = declareQueue($channel, "$prefix.cancelled");
        consume($channel, $queue, 'watcher');
        $connection->channel()->queue_delete($queue);
        try {
            $channel->wait(null, false, LIMIT_SECONDS);
        } catch (AMQPBasicCancelException $cancel) {
            say('cancelled', ['tag' => $cancel->consumerTag]);
        }
    },
    'refused' => function (AMQPChannel $channel, AMQPStreamConnection $connection) use ($prefix) {
        try {
            countReady($channel, "$prefix.missing");
        } catch (AMQPProtocolChannelException $error) {
            say('closed', ['code' => $error->amqp_reply_code, 'text' => $error->amqp_reply_text]);
        }
        say('alive', ['queue' => declareQueue($connection->channel(), "$prefix.alive")]);
    },
];

foreach ($steps as $step => $run) {
    try {
        $connection = open();
        $run($connection->channel(), $connection);
        $connection->close();
    } catch (Throwable $error) {
        say('failed', ['error' => get_class($error) . ': ' . $error->getMessage()]);
    }
}
