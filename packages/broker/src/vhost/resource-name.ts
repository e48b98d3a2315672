/** How RabbitMQ names things in its texts. */

/** `queue 'q1' in vhost '/'`. */
export function describeResource(kind: 'queue' | 'exchange', name: string, vhost: string): string {
  return `${kind} '${name}' in vhost '${vhost}'`
}

/** Carriage returns and line feeds are taken out of the names of queues and exchanges. */
export function cleanName(name: string): string {
  return name.includes('\r') || name.includes('\n') ? name.replaceAll(/[\r\n]/g, '') : name
}
