/** TLS of the management API: its own files, or those of the other listeners. They are read anew when they change. */

import type { Server } from 'node:https'
import type { Clock, Timer } from '../clock.ts'
import type { ResolvedBrokerOptions } from '../config/options.ts'
import type { Logger } from '../logging/logger.ts'
import { loadTlsContexts, type TlsContexts, tlsFilesSignature } from '../net/tls-files.ts'

/** What the server is made with. */
export interface ManagementTls {
  readonly serverOptions: TlsContexts['main'] & { readonly requestCert: boolean; readonly rejectUnauthorized: boolean }
  /** Gives `server` new files when they have changed. */
  watch(server: Server, clock: Clock, logger: Logger): Timer
}

/** @throws ConfigurationError for files that are missing, damaged or do not belong together. */
export function openManagementTls(options: ResolvedBrokerOptions): ManagementTls {
  const own = tlsOptions(options)
  const verifies = own.tlsVerify === 'verify_peer'
  return {
    serverOptions: {
      ...loadTlsContexts(own).main,
      requestCert: verifies,
      rejectUnauthorized: verifies && own.tlsFailIfNoPeerCertificate,
    },
    watch(server, clock, logger) {
      let signature = tlsFilesSignature(own)
      return clock.setInterval(() => {
        const now = tlsFilesSignature(own)
        if (now === signature) return
        signature = now
        try {
          server.setSecureContext(loadTlsContexts(own).main)
        } catch (error) {
          logger.error(
            { err: error },
            'the new TLS certificates of the management API cannot be used; the old ones stay',
          )
        }
      }, own.tlsReloadIntervalMs)
    },
  }
}

/** The options of TLS as they are for this listener. */
export function tlsOptions(options: ResolvedBrokerOptions): ResolvedBrokerOptions {
  const { managementTlsCertificateFile, managementTlsKeyFile, managementTlsKeyPassword } = options
  const { managementTlsCaFile, managementTlsVerify, managementTlsFailIfNoPeerCertificate } = options
  const hasOwn = managementTlsCertificateFile !== ''
  return {
    ...options,
    ...(hasOwn && {
      tlsCertificateFile: managementTlsCertificateFile,
      tlsKeyFile: managementTlsKeyFile,
      tlsKeyPassword: managementTlsKeyPassword,
    }),
    ...(managementTlsCaFile !== '' && { tlsCaFile: managementTlsCaFile }),
    tlsServerNames: [],
    tlsVerify: managementTlsVerify,
    tlsFailIfNoPeerCertificate: managementTlsFailIfNoPeerCertificate,
  }
}
