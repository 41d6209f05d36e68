/** How far something is, of 100; without a number while nobody knows. */
export const Bar = ({ percent, label }: { readonly percent: number | undefined; readonly label: string }) => (
  <div
    className="progress"
    role="progressbar"
    aria-label={label}
    {...(percent === undefined ? {} : { 'aria-valuenow': percent })}
    aria-valuemin={0}
    aria-valuemax={100}
  >
    <i style={{ width: `${percent ?? 50}%` }} />
  </div>
)
