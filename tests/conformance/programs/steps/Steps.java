// The steps that src/steps.ts describes, on RabbitMQ's own client for Java: java -cp amqp-client.jar:slf4j-api.jar Steps.java PREFIX

import com.rabbitmq.client.AMQP.BasicProperties;
import com.rabbitmq.client.Channel;
import com.rabbitmq.client.Connection;
import com.rabbitmq.client.ConnectionFactory;
import com.rabbitmq.client.DefaultConsumer;
import com.rabbitmq.client.Delivery;
import com.rabbitmq.client.Envelope;
import com.rabbitmq.client.GetResponse;
import com.rabbitmq.client.LongString;
import com.rabbitmq.client.ShutdownSignalException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

public class Steps {
  static final int LIMIT_MS = 15_000;
  static final BasicProperties NONE = new BasicProperties();
  static String prefix;
  static String step;

  interface Step {
    void run(Channel channel, Connection connection) throws Exception;
  }

  public static void main(String[] args) throws Exception {
    prefix = args[0];
    Map<String, Step> steps = new LinkedHashMap<>();
    steps.put("confirms", (channel, connection) -> confirms(channel));
    steps.put("properties", (channel, connection) -> properties(channel));
    steps.put("returned", (channel, connection) -> returned(channel));
    steps.put("topic", (channel, connection) -> topic(channel));
    steps.put("prefetch", (channel, connection) -> prefetch(channel));
    steps.put("dead-letter", (channel, connection) -> deadLetter(channel));
    steps.put("expiration", (channel, connection) -> expiration(channel));
    steps.put("retry", (channel, connection) -> retry(channel));
    steps.put("priority", (channel, connection) -> priority(channel));
    steps.put("overflow", (channel, connection) -> overflow(channel));
    steps.put("rpc", Steps::rpc);
    steps.put("cancelled", Steps::cancelled);
    steps.put("refused", Steps::refused);
    ConnectionFactory factory = new ConnectionFactory();
    factory.setUri(System.getenv("AMQP_URL"));
    factory.setAutomaticRecoveryEnabled(false);
    for (Map.Entry<String, Step> each : steps.entrySet()) {
      step = each.getKey();
      try (Connection connection = factory.newConnection()) {
        each.getValue().run(connection.createChannel(), connection);
      } catch (Exception error) {
        say("failed", "error", error.toString());
      }
    }
    // The client's threads may outlive a connection that failed.
    System.exit(0);
  }

  static void confirms(Channel channel) throws Exception {
    String queue = declare(channel, "confirms", Map.of());
    channel.confirmSelect();
    for (int number = 0; number < 20; number++) send(channel, queue, "" + number, NONE);
    say("confirmed", "count", channel.waitForConfirms(LIMIT_MS) ? 20 : 0);
    sayWaiting(channel, queue);
  }

  static void properties(Channel channel) throws Exception {
    String queue = declare(channel, "properties", Map.of());
    Map<String, Object> headers =
        Map.of("text", "Grüße", "number", 42, "flag", true, "list", List.of("a", "b"), "table", Map.of("inner", "x"));
    BasicProperties sent = new BasicProperties.Builder().contentType("application/json").correlationId("c-1")
        .messageId("m-1").priority(3).deliveryMode(2).type("order").appId("shop").headers(headers).build();
    send(channel, queue, "{}", sent);
    GetResponse message = take(channel, queue);
    BasicProperties seen = message.getProps();
    say("received", "body", text(message.getBody()), "contentType", seen.getContentType(), "correlationId",
        seen.getCorrelationId(), "messageId", seen.getMessageId(), "priority", seen.getPriority(), "deliveryMode",
        seen.getDeliveryMode(), "type", seen.getType(), "appId", seen.getAppId(), "headers", seen.getHeaders());
  }

  static void returned(Channel channel) throws Exception {
    channel.addReturnListener((code, text, exchange, key, properties, body) ->
        say("returned", "code", code, "text", text, "exchange", exchange, "key", key, "body", text(body)));
    channel.confirmSelect();
    channel.basicPublish("amq.direct", prefix + ".nobody", true, NONE, bytes("back"));
    if (channel.waitForConfirms(LIMIT_MS)) say("confirmed");
  }

  static void topic(Channel channel) throws Exception {
    String queue = declare(channel, "topic", Map.of());
    String exchange = prefix + ".topics";
    channel.exchangeDeclare(exchange, "topic", false, true, null);
    for (String key : List.of("order.*", "#.paid")) channel.queueBind(queue, exchange, key);
    for (String key : List.of("order.new", "other", "order.new.paid", "order.paid", "paid")) {
      channel.basicPublish(exchange, key, NONE, bytes(key));
    }
    for (int count = 0; count < 4; count++) say("received", "body", text(take(channel, queue).getBody()));
    sayWaiting(channel, queue);
  }

  static void prefetch(Channel channel) throws Exception {
    String queue = declare(channel, "prefetch", Map.of());
    for (String body : List.of("a", "b", "c", "d", "e")) send(channel, queue, body, NONE);
    channel.basicQos(2);
    BlockingQueue<Object> arrived = consume(channel, queue, "", false);
    for (int pair = 0; pair < 2; pair++) {
      say("received", "body", text(next(arrived).getBody()));
      Delivery second = next(arrived);
      say("received", "body", text(second.getBody()));
      sayWaiting(channel, queue);
      channel.basicAck(second.getEnvelope().getDeliveryTag(), true);
    }
    Delivery last = next(arrived);
    say("received", "body", text(last.getBody()));
    channel.basicAck(last.getEnvelope().getDeliveryTag(), false);
  }

  static void deadLetter(Channel channel) throws Exception {
    String exchange = prefix + ".dlx";
    String work = declare(channel, "work",
        Map.of("x-dead-letter-exchange", exchange, "x-dead-letter-routing-key", "dead"));
    String dead = declare(channel, "dead", Map.of());
    channel.exchangeDeclare(exchange, "direct", false, true, null);
    channel.queueBind(dead, exchange, "dead");
    send(channel, work, "bad", new BasicProperties.Builder().headers(Map.of("job", 7)).build());
    channel.basicReject(next(consume(channel, work, "", false)).getEnvelope().getDeliveryTag(), false);
    GetResponse message = take(channel, dead);
    deaths(message.getProps()).get(0).remove("time");
    say("dead", "body", text(message.getBody()), "exchange", message.getEnvelope().getExchange(), "key",
        message.getEnvelope().getRoutingKey(), "headers", message.getProps().getHeaders());
  }

  static void expiration(Channel channel) throws Exception {
    String target = declare(channel, "target", Map.of());
    String hold = declare(channel, "hold", Map.of("x-dead-letter-exchange", "", "x-dead-letter-routing-key", target));
    send(channel, hold, "late", new BasicProperties.Builder().expiration("100").build());
    GetResponse message = take(channel, target);
    Map<String, Object> death = deaths(message.getProps()).get(0);
    say("expired", "body", text(message.getBody()), "expires", message.getProps().getExpiration() != null, "reason",
        death.get("reason"), "original", death.get("original-expiration"));
  }

  static void retry(Channel channel) throws Exception {
    String work = declare(channel, "jobs",
        Map.of("x-dead-letter-exchange", "", "x-dead-letter-routing-key", prefix + ".retry"));
    declare(channel, "retry",
        Map.of("x-message-ttl", 200, "x-dead-letter-exchange", "", "x-dead-letter-routing-key", work));
    channel.basicQos(1);
    BlockingQueue<Object> arrived = consume(channel, work, "", false);
    send(channel, work, "job", NONE);
    long since = 0;
    for (int attempt = 0; attempt < 3; attempt++) {
      Delivery message = next(arrived);
      List<String> died = new ArrayList<>();
      for (Map<String, Object> death : deaths(message.getProperties())) {
        died.add(death.get("queue") + " " + death.get("reason") + " " + death.get("count"));
      }
      long now = System.currentTimeMillis();
      say("attempt", "body", text(message.getBody()), "deaths", died, "waited", now - since > 150);
      since = now;
      long tag = message.getEnvelope().getDeliveryTag();
      if (attempt < 2) channel.basicReject(tag, false);
      else channel.basicAck(tag, false);
    }
    sayWaiting(channel, work);
  }

  static void priority(Channel channel) throws Exception {
    String queue = declare(channel, "priority", Map.of("x-max-priority", 5));
    send(channel, queue, "none", NONE);
    for (int priority : List.of(1, 5, 3)) {
      send(channel, queue, "" + priority, new BasicProperties.Builder().priority(priority).build());
    }
    for (int count = 0; count < 4; count++) say("received", "body", text(take(channel, queue).getBody()));
  }

  static void overflow(Channel channel) throws Exception {
    String queue = declare(channel, "overflow", Map.of("x-max-length", 1, "x-overflow", "reject-publish"));
    channel.confirmSelect();
    for (String body : List.of("first", "second")) {
      send(channel, queue, body, NONE);
      say(channel.waitForConfirms(LIMIT_MS) ? "confirmed" : "refused", "body", body);
    }
    sayWaiting(channel, queue);
  }

  static void rpc(Channel channel, Connection connection) throws Exception {
    String queue = declare(channel, "rpc", Map.of());
    Channel server = connection.createChannel();
    BlockingQueue<Object> answers = consume(channel, "amq.rabbitmq.reply-to", "", true);
    send(channel, queue, "ping",
        new BasicProperties.Builder().replyTo("amq.rabbitmq.reply-to").correlationId("r-1").build());
    GetResponse request = take(server, queue);
    String replyTo = request.getProps().getReplyTo();
    say("request", "body", text(request.getBody()), "direct", replyTo.startsWith("amq.rabbitmq.reply-to."));
    send(server, replyTo, "pong",
        new BasicProperties.Builder().correlationId(request.getProps().getCorrelationId()).build());
    Delivery answer = next(answers);
    say("answer", "body", text(answer.getBody()), "correlationId", answer.getProperties().getCorrelationId());
  }

  static void cancelled(Channel channel, Connection connection) throws Exception {
    String queue = declare(channel, "cancelled", Map.of());
    BlockingQueue<Object> arrived = consume(channel, queue, "watcher", false);
    connection.createChannel().queueDelete(queue);
    say("cancelled", "tag", arrived.poll(LIMIT_MS, TimeUnit.MILLISECONDS));
  }

  static void refused(Channel channel, Connection connection) throws Exception {
    try {
      channel.queueDeclarePassive(prefix + ".missing");
    } catch (IOException error) {
      ShutdownSignalException shutdown = (ShutdownSignalException) error.getCause();
      var close = (com.rabbitmq.client.AMQP.Channel.Close) shutdown.getReason();
      say("closed", "code", close.getReplyCode(), "text", close.getReplyText());
    }
    say("alive", "queue", declare(connection.createChannel(), "alive", Map.of()));
  }

  static String declare(Channel channel, String name, Map<String, Object> arguments) throws IOException {
    return channel.queueDeclare(prefix + "." + name, false, true, false, arguments).getQueue();
  }

  static void sayWaiting(Channel channel, String queue) throws IOException {
    say("waiting", "messages", channel.queueDeclarePassive(queue).getMessageCount());
  }

  static void send(Channel channel, String queue, String body, BasicProperties properties) throws IOException {
    channel.basicPublish("", queue, properties, bytes(body));
  }

  /** Gets the next message, which has to come, and acknowledges it. */
  static GetResponse take(Channel channel, String queue) throws Exception {
    for (long end = System.currentTimeMillis() + LIMIT_MS; System.currentTimeMillis() < end; Thread.sleep(10)) {
      GetResponse message = channel.basicGet(queue, true);
      if (message != null) return message;
    }
    throw new IllegalStateException("nothing came to " + queue);
  }

  /** Starts a consumer, which collects its deliveries, and its tag when the broker cancels it. */
  static BlockingQueue<Object> consume(Channel channel, String queue, String tag, boolean noAck) throws IOException {
    BlockingQueue<Object> arrived = new LinkedBlockingQueue<>();
    channel.basicConsume(queue, noAck, tag, new DefaultConsumer(channel) {
      @Override
      public void handleDelivery(String tag, Envelope envelope, BasicProperties properties, byte[] body) {
        arrived.add(new Delivery(envelope, properties, body));
      }

      @Override
      public void handleCancel(String tag) {
        arrived.add(tag);
      }
    });
    return arrived;
  }

  static Delivery next(BlockingQueue<Object> arrived) throws InterruptedException {
    Object delivery = arrived.poll(LIMIT_MS, TimeUnit.MILLISECONDS);
    if (delivery == null) throw new IllegalStateException("no delivery came");
    return (Delivery) delivery;
  }

  @SuppressWarnings("unchecked")
  static List<Map<String, Object>> deaths(BasicProperties properties) {
    Map<String, Object> headers = properties.getHeaders();
    return headers == null ? List.of() : (List<Map<String, Object>>) headers.getOrDefault("x-death", List.of());
  }

  static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  static String text(byte[] bytes) {
    return new String(bytes, StandardCharsets.UTF_8);
  }

  /** Tells what happened: names and values in turn. */
  static void say(String event, Object... fields) {
    Map<String, Object> line = new LinkedHashMap<>();
    line.put("step", step);
    line.put("event", event);
    for (int index = 0; index < fields.length; index += 2) line.put((String) fields[index], fields[index + 1]);
    System.out.println(json(line));
  }

  static String json(Object value) {
    if (value instanceof Map) {
      List<String> members = new ArrayList<>();
      ((Map<?, ?>) value).forEach((name, member) -> members.add(json(name) + ":" + json(member)));
      return "{" + String.join(",", members) + "}";
    }
    if (value instanceof List) {
      List<String> items = new ArrayList<>();
      ((List<?>) value).forEach(item -> items.add(json(item)));
      return "[" + String.join(",", items) + "]";
    }
    if (value instanceof String || value instanceof LongString) {
      return "\"" + value.toString().replace("\\", "\\\\").replace("\"", "\\\"") + "\"";
    }
    return String.valueOf(value);
  }
}
