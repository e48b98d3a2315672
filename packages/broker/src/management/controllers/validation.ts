/** What the validation of policies and parameters says, as RabbitMQ sends it. */

import { AdministrationError } from '../../access/access-error.ts'
import { badRequest } from '../http-error.ts'

/**
 * Does what may be refused by a validation. Its text, which may repeat a value, is escaped for HTML, as RabbitMQ does for policies and
 * parameters, and for nothing else.
 *
 * @throws HttpError 400
 */
export async function validated(act: () => Promise<void>): Promise<void> {
  try {
    await act()
  } catch (error) {
    if (error instanceof AdministrationError && error.code === 'INVALID') throw badRequest(escapeHtml(error.message))
    throw error
  }
}

function escapeHtml(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')
}
