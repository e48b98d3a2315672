/** What reply codes are called and whether they close the connection. */

import { HARD_REPLY_CODES, ReplyCode } from './generated/constants.ts'

const names = new Map<number, string>(Object.entries(ReplyCode).map(([name, code]) => [code, name]))

/** Name of a reply code, such as `NOT_FOUND`; the number itself for an unknown one. */
export function replyCodeName(code: number): string {
  return names.get(code) ?? String(code)
}

/** Whether a reply code closes the connection, not only the channel (§4.8.1). */
export function isHardError(code: number): boolean {
  return HARD_REPLY_CODES.includes(code)
}
