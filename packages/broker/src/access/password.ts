/**
 * Passwords as they are kept: RabbitMQ's salted digests, and scrypt for new ones.
 *
 * A digest is `base64(salt(4) ‖ digest(salt ‖ password))`; a scrypt hash is `base64(salt(16) ‖ key(32))` with N=2^15, r=8, p=3.
 */

import { createHash, type ScryptOptions, scrypt, timingSafeEqual } from 'node:crypto'
import { promisify } from 'node:util'
import type { RandomSource } from '../clock.ts'
import { AdministrationError } from './access-error.ts'

/** A password's hash; the empty one never matches. */
export interface PasswordHash {
  readonly hash: string
  /** RabbitMQ's name of the algorithm, or {@link SCRYPT}. */
  readonly algorithm: string
}

/** The name under which new passwords are kept. */
export const SCRYPT = 'warren_password_hashing_scrypt'

const DIGESTS: ReadonlyMap<string, string> = new Map([
  ['rabbit_password_hashing_sha256', 'sha256'],
  ['rabbit_password_hashing_sha512', 'sha512'],
  ['rabbit_password_hashing_md5', 'md5'],
])
const DIGEST_SALT_SIZE = 4
const SCRYPT_SALT_SIZE = 16
const SCRYPT_KEY_SIZE = 32
/** A guess costs 32 MiB and about 100 ms. `maxmem` has to lie above what is needed. */
const SCRYPT_COST: ScryptOptions = { N: 2 ** 15, r: 8, p: 3, maxmem: 64 * 1024 * 1024 }

const derive = promisify<Buffer, Buffer, number, ScryptOptions, Buffer>(scrypt)

/** Hashes a new password, off the event loop. */
export async function hashPassword(password: string, random: RandomSource): Promise<PasswordHash> {
  const salt = Buffer.from(random(SCRYPT_SALT_SIZE))
  const key = await derive(Buffer.from(password), salt, SCRYPT_KEY_SIZE, SCRYPT_COST)
  return { hash: Buffer.concat([salt, key]).toString('base64'), algorithm: SCRYPT }
}

/** Whether `password` is the one that was hashed. An empty password is none. */
export async function verifyPassword(password: string, { hash, algorithm }: PasswordHash): Promise<boolean> {
  const kept = Buffer.from(hash, 'base64')
  if (password === '' || kept.length === 0) return false
  const digest = DIGESTS.get(algorithm)
  const saltSize = digest === undefined ? SCRYPT_SALT_SIZE : DIGEST_SALT_SIZE
  const salt = kept.subarray(0, saltSize)
  const expected = kept.subarray(saltSize)
  const offered =
    digest === undefined
      ? await derive(Buffer.from(password), salt, SCRYPT_KEY_SIZE, SCRYPT_COST)
      : createHash(digest).update(salt).update(password).digest()
  return offered.length === expected.length && timingSafeEqual(offered, expected)
}

/**
 * A hash that comes from outside, such as RabbitMQ's definitions; the empty one makes a user who cannot log in.
 *
 * @throws AdministrationError INVALID for an unknown algorithm, or a hash of another length than it makes.
 */
export function checkPasswordHash(hash: string, algorithm = 'rabbit_password_hashing_sha256'): PasswordHash {
  const digest = DIGESTS.get(algorithm)
  if (digest === undefined && algorithm !== SCRYPT) {
    throw new AdministrationError('INVALID', `unknown password hashing algorithm '${algorithm}'`)
  }
  const size =
    digest === undefined ? SCRYPT_SALT_SIZE + SCRYPT_KEY_SIZE : DIGEST_SALT_SIZE + createHash(digest).digest().length
  if (hash !== '' && Buffer.from(hash, 'base64').length !== size) {
    throw new AdministrationError('INVALID', `a ${algorithm} hash has ${size} bytes in base64`)
  }
  return { hash, algorithm }
}
