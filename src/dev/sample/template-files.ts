import { readdirSync, readFileSync } from 'node:fs'

/** A template as `POST /templates` takes it. */
export type TemplateFile = {
  readonly name: string
  readonly key: string
  readonly channel: 'email' | 'sms' | 'push'
  readonly source: Readonly<Record<string, string>>
}

const FOLDER = new URL('../../../templates/', import.meta.url)
const BODY = { email: 'mjml', sms: 'body', push: 'body' } as const

const unquoted = (text: string): string => (/^".*"$/.test(text) ? (JSON.parse(text) as string) : text)

/** Reads a template file: `key: value` lines between two lines of dashes, then the body. The key is the file's name. */
export const parseTemplateFile = (channel: TemplateFile['channel'], key: string, text: string): TemplateFile => {
  const [, head = '', body = ''] = /^---\n([\s\S]*?)\n---\n([\s\S]*)$/.exec(text) ?? []
  const entries = head.split('\n').map((line) => {
    const colon = line.indexOf(':')
    return [line.slice(0, colon).trim(), unquoted(line.slice(colon + 1).trim())] as const
  })
  const { name = key, ...rest } = Object.fromEntries(entries)
  return { name, key, channel, source: { ...rest, [BODY[channel]]: body.trim() } }
}

/** All templates that a new space is given, from `templates/email`, `sms` and `push`. */
export const readTemplateFiles = (): readonly TemplateFile[] =>
  (['email', 'sms', 'push'] as const).flatMap((channel) => {
    const folder = new URL(`${channel}/`, FOLDER)
    return readdirSync(folder)
      .filter((file) => /\.(mjml|liquid)$/.test(file))
      .sort()
      .map((file) => parseTemplateFile(channel, file.replace(/\.\w+$/, ''), readFileSync(new URL(file, folder), 'utf8')))
  })
