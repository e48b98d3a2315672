import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { isInstalled } from '../lib/install.mjs'

describe('isInstalled', () => {
  let folder: string
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'warrenmq-install-'))
    writeFileSync(join(folder, 'pnpm-lock.yaml'), 'packages: 2\n')
  })
  afterEach(() => rmSync(folder, { recursive: true }))

  function writeInstalledLockfile(text: string): void {
    mkdirSync(join(folder, 'node_modules/.pnpm'), { recursive: true })
    writeFileSync(join(folder, 'node_modules/.pnpm/lock.yaml'), text)
  }

  it('is false in a bare clone', () => {
    expect(isInstalled(folder)).toBe(false)
  })

  it('is false when the lockfile has changed since the installation', () => {
    writeInstalledLockfile('packages: 1\n')
    expect(isInstalled(folder)).toBe(false)
  })

  it('is true when the installation was made from this lockfile', () => {
    writeInstalledLockfile('packages: 2\n')
    expect(isInstalled(folder)).toBe(true)
  })
})
