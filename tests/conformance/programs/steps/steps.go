// The steps that src/steps.ts describes, on amqp091-go: steps PREFIX
package main

import (
	"encoding/json"
	"fmt"
	"os"
	"strings"
	"time"

	amqp "github.com/rabbitmq/amqp091-go"
)

const limit = 15 * time.Second

var prefix, step string

type fields map[string]interface{}

func say(event string, more fields) {
	line := fields{"step": step, "event": event}
	for name, value := range more {
		line[name] = value
	}
	text, err := json.Marshal(line)
	check(err)
	fmt.Println(string(text))
}

// check ends the step when something went wrong.
func check(err error) {
	if err != nil {
		panic(err)
	}
}

func open(connection *amqp.Connection) *amqp.Channel {
	channel, err := connection.Channel()
	check(err)
	return channel
}

func declare(channel *amqp.Channel, name string, arguments amqp.Table) string {
	queue, err := channel.QueueDeclare(prefix+"."+name, false, false, true, false, arguments)
	check(err)
	return queue.Name
}

func countReady(channel *amqp.Channel, queue string) int {
	state, err := channel.QueueInspect(queue)
	check(err)
	return state.Messages
}

func publish(channel *amqp.Channel, exchange, key string, message amqp.Publishing) {
	check(channel.Publish(exchange, key, false, false, message))
}

func send(channel *amqp.Channel, queue, body string) {
	publish(channel, "", queue, amqp.Publishing{Body: []byte(body)})
}

// take gets the next message, which has to come, and acknowledges it.
func take(channel *amqp.Channel, queue string) amqp.Delivery {
	for end := time.Now().Add(limit); time.Now().Before(end); time.Sleep(10 * time.Millisecond) {
		message, found, err := channel.Get(queue, true)
		check(err)
		if found {
			return message
		}
	}
	panic("nothing came to " + queue)
}

func consume(channel *amqp.Channel, queue, tag string, noAck bool) <-chan amqp.Delivery {
	deliveries, err := channel.Consume(queue, tag, noAck, false, false, false, nil)
	check(err)
	return deliveries
}

// next waits for what a consumer is handed.
func next(deliveries <-chan amqp.Delivery) amqp.Delivery {
	select {
	case delivery, isOpen := <-deliveries:
		if !isOpen {
			panic("the consumer was cancelled")
		}
		return delivery
	case <-time.After(limit):
		panic("no delivery came")
	}
}

// confirmation waits for the next confirm.
func confirmation(confirms <-chan amqp.Confirmation) amqp.Confirmation {
	select {
	case confirm := <-confirms:
		return confirm
	case <-time.After(limit):
		panic("no confirm came")
	}
}

func selectConfirms(channel *amqp.Channel) <-chan amqp.Confirmation {
	confirms := channel.NotifyPublish(make(chan amqp.Confirmation, 100))
	check(channel.Confirm(false))
	return confirms
}

func deaths(message amqp.Delivery) []amqp.Table {
	list, _ := message.Headers["x-death"].([]interface{})
	tables := []amqp.Table{}
	for _, entry := range list {
		tables = append(tables, entry.(amqp.Table))
	}
	return tables
}

func confirms(channel *amqp.Channel, _ *amqp.Connection) {
	queue := declare(channel, "confirms", nil)
	confirmed, count := selectConfirms(channel), 0
	for number := 0; number < 20; number++ {
		send(channel, queue, fmt.Sprint(number))
	}
	for number := 0; number < 20; number++ {
		if confirmation(confirmed).Ack {
			count++
		}
	}
	say("confirmed", fields{"count": count})
	say("waiting", fields{"messages": countReady(channel, queue)})
}

func properties(channel *amqp.Channel, _ *amqp.Connection) {
	queue := declare(channel, "properties", nil)
	publish(channel, "", queue, amqp.Publishing{
		ContentType: "application/json", CorrelationId: "c-1", MessageId: "m-1", Priority: 3,
		DeliveryMode: amqp.Persistent, Type: "order", AppId: "shop", Body: []byte("{}"),
		Headers: amqp.Table{
			"text": "Grüße", "number": 42, "flag": true, "list": []interface{}{"a", "b"}, "table": amqp.Table{"inner": "x"},
		},
	})
	message := take(channel, queue)
	say("received", fields{
		"body": string(message.Body), "contentType": message.ContentType, "correlationId": message.CorrelationId,
		"messageId": message.MessageId, "priority": message.Priority, "deliveryMode": message.DeliveryMode,
		"type": message.Type, "appId": message.AppId, "headers": message.Headers,
	})
}

func returned(channel *amqp.Channel, _ *amqp.Connection) {
	returns := channel.NotifyReturn(make(chan amqp.Return, 1))
	confirmed := selectConfirms(channel)
	check(channel.Publish("amq.direct", prefix+".nobody", true, false, amqp.Publishing{Body: []byte("back")}))
	confirm := confirmation(confirmed)
	// The return came before the confirm, so it is here.
	message := <-returns
	say("returned", fields{
		"code": message.ReplyCode, "text": message.ReplyText, "exchange": message.Exchange, "key": message.RoutingKey,
		"body": string(message.Body),
	})
	if confirm.Ack {
		say("confirmed", nil)
	}
}

func topic(channel *amqp.Channel, _ *amqp.Connection) {
	queue, exchange := declare(channel, "topic", nil), prefix+".topics"
	check(channel.ExchangeDeclare(exchange, "topic", false, true, false, false, nil))
	check(channel.QueueBind(queue, "order.*", exchange, false, nil))
	check(channel.QueueBind(queue, "#.paid", exchange, false, nil))
	for _, key := range []string{"order.new", "other", "order.new.paid", "order.paid", "paid"} {
		publish(channel, exchange, key, amqp.Publishing{Body: []byte(key)})
	}
	for count := 0; count < 4; count++ {
		say("received", fields{"body": string(take(channel, queue).Body)})
	}
	say("waiting", fields{"messages": countReady(channel, queue)})
}

func prefetch(channel *amqp.Channel, _ *amqp.Connection) {
	queue := declare(channel, "prefetch", nil)
	for _, body := range []string{"a", "b", "c", "d", "e"} {
		send(channel, queue, body)
	}
	check(channel.Qos(2, 0, false))
	deliveries := consume(channel, queue, "", false)
	for pair := 0; pair < 2; pair++ {
		say("received", fields{"body": string(next(deliveries).Body)})
		second := next(deliveries)
		say("received", fields{"body": string(second.Body)})
		say("waiting", fields{"messages": countReady(channel, queue)})
		check(second.Ack(true))
	}
	last := next(deliveries)
	say("received", fields{"body": string(last.Body)})
	check(last.Ack(false))
}

func deadLetter(channel *amqp.Channel, _ *amqp.Connection) {
	exchange := prefix + ".dlx"
	work := declare(channel, "work", amqp.Table{"x-dead-letter-exchange": exchange, "x-dead-letter-routing-key": "dead"})
	dead := declare(channel, "dead", nil)
	check(channel.ExchangeDeclare(exchange, "direct", false, true, false, false, nil))
	check(channel.QueueBind(dead, "dead", exchange, false, nil))
	publish(channel, "", work, amqp.Publishing{Body: []byte("bad"), Headers: amqp.Table{"job": 7}})
	check(next(consume(channel, work, "", false)).Reject(false))
	message := take(channel, dead)
	delete(deaths(message)[0], "time")
	say("dead", fields{
		"body": string(message.Body), "exchange": message.Exchange, "key": message.RoutingKey, "headers": message.Headers,
	})
}

func expiration(channel *amqp.Channel, _ *amqp.Connection) {
	target := declare(channel, "target", nil)
	hold := declare(channel, "hold", amqp.Table{"x-dead-letter-exchange": "", "x-dead-letter-routing-key": target})
	publish(channel, "", hold, amqp.Publishing{Body: []byte("late"), Expiration: "100"})
	message := take(channel, target)
	death := deaths(message)[0]
	say("expired", fields{
		"body": string(message.Body), "expires": message.Expiration != "", "reason": death["reason"],
		"original": death["original-expiration"],
	})
}

func retry(channel *amqp.Channel, _ *amqp.Connection) {
	work := declare(channel, "jobs", amqp.Table{
		"x-dead-letter-exchange": "", "x-dead-letter-routing-key": prefix + ".retry",
	})
	declare(channel, "retry", amqp.Table{
		"x-message-ttl": 200, "x-dead-letter-exchange": "", "x-dead-letter-routing-key": work,
	})
	check(channel.Qos(1, 0, false))
	deliveries := consume(channel, work, "", false)
	send(channel, work, "job")
	since := time.Time{}
	for attempt := 0; attempt < 3; attempt++ {
		message := next(deliveries)
		died := []string{}
		for _, death := range deaths(message) {
			died = append(died, fmt.Sprint(death["queue"], " ", death["reason"], " ", death["count"]))
		}
		say("attempt", fields{
			"body": string(message.Body), "deaths": died, "waited": time.Since(since) > 150*time.Millisecond,
		})
		since = time.Now()
		if attempt < 2 {
			check(message.Reject(false))
		} else {
			check(message.Ack(false))
		}
	}
	say("waiting", fields{"messages": countReady(channel, work)})
}

func priority(channel *amqp.Channel, _ *amqp.Connection) {
	queue := declare(channel, "priority", amqp.Table{"x-max-priority": 5})
	send(channel, queue, "none")
	for _, priority := range []uint8{1, 5, 3} {
		publish(channel, "", queue, amqp.Publishing{Body: []byte(fmt.Sprint(priority)), Priority: priority})
	}
	for count := 0; count < 4; count++ {
		say("received", fields{"body": string(take(channel, queue).Body)})
	}
}

func overflow(channel *amqp.Channel, _ *amqp.Connection) {
	queue := declare(channel, "overflow", amqp.Table{"x-max-length": 1, "x-overflow": "reject-publish"})
	confirmed := selectConfirms(channel)
	for _, body := range []string{"first", "second"} {
		send(channel, queue, body)
		if confirmation(confirmed).Ack {
			say("confirmed", fields{"body": body})
		} else {
			say("refused", fields{"body": body})
		}
	}
	say("waiting", fields{"messages": countReady(channel, queue)})
}

func rpc(channel *amqp.Channel, connection *amqp.Connection) {
	queue, server := declare(channel, "rpc", nil), open(connection)
	answers := consume(channel, "amq.rabbitmq.reply-to", "", true)
	publish(channel, "", queue, amqp.Publishing{
		Body: []byte("ping"), ReplyTo: "amq.rabbitmq.reply-to", CorrelationId: "r-1",
	})
	request := take(server, queue)
	isDirect := strings.HasPrefix(request.ReplyTo, "amq.rabbitmq.reply-to.")
	say("request", fields{"body": string(request.Body), "direct": isDirect})
	publish(server, "", request.ReplyTo, amqp.Publishing{Body: []byte("pong"), CorrelationId: request.CorrelationId})
	answer := next(answers)
	say("answer", fields{"body": string(answer.Body), "correlationId": answer.CorrelationId})
}

func cancelled(channel *amqp.Channel, connection *amqp.Connection) {
	queue := declare(channel, "cancelled", nil)
	cancels := channel.NotifyCancel(make(chan string, 1))
	consume(channel, queue, "watcher", false)
	_, err := open(connection).QueueDelete(queue, false, false, false)
	check(err)
	select {
	case tag := <-cancels:
		say("cancelled", fields{"tag": tag})
	case <-time.After(limit):
		panic("no cancel came")
	}
}

func refused(channel *amqp.Channel, connection *amqp.Connection) {
	_, err := channel.QueueInspect(prefix + ".missing")
	refusal := err.(*amqp.Error)
	say("closed", fields{"code": refusal.Code, "text": refusal.Reason})
	say("alive", fields{"queue": declare(open(connection), "alive", nil)})
}

// try runs a step on a connection of its own.
func try(run func(*amqp.Channel, *amqp.Connection)) {
	defer func() {
		if err := recover(); err != nil {
			say("failed", fields{"error": fmt.Sprint(err)})
		}
	}()
	connection, err := amqp.Dial(os.Getenv("AMQP_URL"))
	check(err)
	defer connection.Close()
	run(open(connection), connection)
}

func main() {
	prefix = os.Args[1]
	steps := []struct {
		name string
		run  func(*amqp.Channel, *amqp.Connection)
	}{
		{"confirms", confirms}, {"properties", properties}, {"returned", returned}, {"topic", topic},
		{"prefetch", prefetch}, {"dead-letter", deadLetter}, {"expiration", expiration}, {"retry", retry},
		{"priority", priority}, {"overflow", overflow}, {"rpc", rpc}, {"cancelled", cancelled}, {"refused", refused},
	}
	for _, each := range steps {
		step = each.name
		try(each.run)
	}
}
