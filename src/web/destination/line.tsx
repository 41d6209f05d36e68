import { Go } from '../parts/go.tsx'
import { Icon, type IconName } from '../parts/icon.tsx'
import { Ago } from '../parts/time.tsx'
import type { Destination, Figures } from './wire.ts'
import { figuresInWords, healthOf, reasonInWords } from './words.ts'

const ICONS: Readonly<Record<ReturnType<typeof healthOf>['state'], IconName>> = {
  good: 'check',
  bad: 'warn',
  warn: 'warn',
  plain: 'pause',
}

/** How a destination does, by icon, colour and words. */
export const Health = ({ of, figures }: { readonly of: Destination; readonly figures: Figures | undefined }) => {
  const { state, words } = healthOf(of, figures)
  return (
    <span className={`tone-${state}`}>
      <Icon name={ICONS[state]} size={14} /> {words}
    </span>
  )
}

type Props = { readonly of: Destination; readonly figures: Figures | undefined; readonly source?: string | undefined }

/** One destination as a sentence, with its health. */
export const Line = ({ of, figures, source }: Props) => (
  <li className="from-top wrap">
    <div className="grow">
      <Go to={`/destinations/${of.id}`} className="name">
        <strong>{of.name}</strong>
      </Go>{' '}
      <span className="dim">
        {source === undefined ? of.metadata.name : `sends the calls of ${source} to ${of.metadata.name}`}
      </span>
      <div className="small">
        <Health of={of} figures={figures} />
      </div>
      {figures && <div className="soft small">{figuresInWords(figures)}</div>}
      {figures?.lastError && (
        <div className="dim small">
          last error <Ago at={figures.lastError.at} />: {reasonInWords(figures.lastError.reason)}
        </div>
      )}
    </div>
  </li>
)
