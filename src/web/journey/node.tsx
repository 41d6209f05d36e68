import { Icon } from '../parts/icon.tsx'
import { number } from '../parts/words.ts'
import type { Drawn } from './graph.ts'

type StepProps = { readonly of: Drawn; readonly chosen: boolean; readonly choose: (id: string) => void }

/** A step: a sentence, who is here now, who passed. On the canvas and in the list it is the same. */
export const StepNode = ({ of, chosen, choose }: StepProps) => (
  <button
    type="button"
    className={`node${chosen ? ' chosen' : ''}${of.isEnd ? ' end' : ''} nopan`}
    data-hue={of.hue}
    data-step={of.id}
    onClick={() => choose(of.id)}
  >
    <span className="sentence">
      <Icon name={of.icon} size={16} />
      <span>{of.sentence}</span>
    </span>
    {of.failing && (
      <span className="node-detail failing">
        <Icon name="warn" size={14} /> Fails: {of.failing}
      </span>
    )}
    {of.details.map((detail) => (
      <span key={detail} className="node-detail">
        {detail}
      </span>
    ))}
    {!(of.isEnd && of.passed + of.here === 0) && (
      <span className="counts">
        {of.hue !== 'entry' && !of.isEnd && (
          <span>
            <b>{number(of.here)}</b> here now
          </span>
        )}
        <span>
          <b>{number(of.passed)}</b> {of.hue === 'entry' ? 'entered' : 'passed'}
        </span>
      </span>
    )}
  </button>
)
