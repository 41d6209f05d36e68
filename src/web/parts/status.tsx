import type { Tone } from '../wire.ts'
import { Icon, type IconName } from './icon.tsx'
import { human } from './words.ts'

type Look = { readonly tone: Tone | 'busy'; readonly icon: IconName }

const LOOKS: Readonly<Record<string, Look>> = {
  live: { tone: 'good', icon: 'check' },
  sent: { tone: 'good', icon: 'check' },
  delivered: { tone: 'good', icon: 'check' },
  completed: { tone: 'good', icon: 'check' },
  subscribed: { tone: 'good', icon: 'check' },
  active: { tone: 'busy', icon: 'play' },
  preparing: { tone: 'busy', icon: 'clock' },
  computing: { tone: 'busy', icon: 'clock' },
  backfilling: { tone: 'busy', icon: 'clock' },
  locked: { tone: 'busy', icon: 'clock' },
  error: { tone: 'bad', icon: 'warn' },
  queued: { tone: 'busy', icon: 'clock' },
  sending: { tone: 'busy', icon: 'clock' },
  held: { tone: 'busy', icon: 'hold' },
  draft: { tone: 'plain', icon: 'pencil' },
  archived: { tone: 'plain', icon: 'archive' },
  disabled: { tone: 'plain', icon: 'pause' },
  paused: { tone: 'warn', icon: 'pause' },
  filtered: { tone: 'warn', icon: 'cross' },
  discarded: { tone: 'warn', icon: 'cross' },
  skipped: { tone: 'warn', icon: 'cross' },
  exited: { tone: 'warn', icon: 'exit' },
  'did-not-subscribe': { tone: 'warn', icon: 'cross' },
  unsubscribed: { tone: 'bad', icon: 'cross' },
  uncertain: { tone: 'bad', icon: 'warn' },
  failed: { tone: 'bad', icon: 'warn' },
}

type StatusProps = {
  readonly of: string
  readonly title?: string | undefined
  /** What it is called here, where the state's own word is none that people use. */
  readonly says?: string
}

/** A state by word, icon and colour: never by colour alone. */
export const Status = ({ of, title, says }: StatusProps) => {
  const look = LOOKS[of.toLowerCase()] ?? { tone: 'plain', icon: 'check' }
  return (
    <span className={`status tone-${look.tone}`} title={title}>
      <Icon name={look.icon} size={13} />
      {says ?? human(of.toLowerCase())}
    </span>
  )
}

const CHANNEL_NAMES: Readonly<Record<string, { label: string; icon: IconName; hue: string }>> = {
  email: { label: 'Email', icon: 'email', hue: 'email' },
  sms: { label: 'SMS', icon: 'sms', hue: 'sms' },
  push: { label: 'Push', icon: 'push', hue: 'push' },
  ios_push: { label: 'iOS push', icon: 'push', hue: 'push' },
  android_push: { label: 'Android push', icon: 'push', hue: 'push' },
  whatsapp: { label: 'WhatsApp', icon: 'whatsapp', hue: 'whatsapp' },
}

/** A channel by its name, icon and hue. */
export const Channel = ({ of }: { readonly of: string }) => {
  const known = CHANNEL_NAMES[of.toLowerCase()] ?? { label: of, icon: 'messages' as const, hue: 'email' }
  return (
    <span className={`channel hue-${known.hue}`}>
      <Icon name={known.icon} size={14} />
      {known.label}
    </span>
  )
}
