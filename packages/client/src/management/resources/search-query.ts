/** What messages are to have, as parameters of a URL. */

import type { QueryValue } from '../transport.ts'
import type { MessageSearch } from '../types/message.ts'

export function searchQuery({ text, ...rest }: MessageSearch = {}): Record<string, QueryValue> {
  return { search: text, ...rest }
}
