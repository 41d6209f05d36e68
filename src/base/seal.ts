import { createCipheriv, createDecipheriv, hkdfSync } from 'node:crypto'
import { Misconfigured } from './errors.ts'

const keyOf = (secret: string): Buffer => Buffer.from(hkdfSync('sha256', secret, '', 'usher sealed text', 32))

/** Encrypts a text that must be readable again, with the installation's secret (AES-256-GCM). `nonce` is 12 bytes from the door, never twice. */
export const seal = (secret: string, text: string, nonce: Uint8Array): string => {
  const cipher = createCipheriv('aes-256-gcm', keyOf(secret), nonce)
  const sealed = Buffer.concat([cipher.update(text, 'utf8'), cipher.final()])
  return Buffer.concat([nonce, cipher.getAuthTag(), sealed]).toString('base64')
}

/** The text again. @throws Misconfigured where it was sealed with another secret, or changed. */
export const unseal = (secret: string, sealed: string): string => {
  const bytes = Buffer.from(sealed, 'base64')
  try {
    const decipher = createDecipheriv('aes-256-gcm', keyOf(secret), bytes.subarray(0, 12))
    decipher.setAuthTag(bytes.subarray(12, 28))
    return Buffer.concat([decipher.update(bytes.subarray(28)), decipher.final()]).toString('utf8')
  } catch (cause) {
    throw new Misconfigured('sealed', 'A stored password cannot be read: USHER_SECRET is another than it was. Enter it again.', {
      cause,
    })
  }
}
