import { Amount } from '../parts/amount.js';
import type { Series } from './stacked-bars.js';

interface LegendProps {
  readonly series: readonly Series[];
  readonly onPick?: ((name: string) => void) | undefined;
  readonly onHover: (name: string | undefined) => void;
}

/** The names in the order of the stack, top first, each with its total. */
export function Legend({ series, onPick, onHover }: LegendProps) {
  return (
    <ul class="legend" aria-label="Legend">
      {series.toReversed().map(({ name, colour, dotted, total }) => (
        <li key={name} onMouseEnter={() => onHover(name)} onMouseLeave={() => onHover(undefined)}>
          <i class={dotted ? 'swatch dotted' : 'swatch'} style={{ backgroundColor: colour }} />
          {onPick ? (
            <button type="button" class="plain" title={`Show ${name} alone`} onClick={() => onPick(name)}>
              {name}
            </button>
          ) : (
            <span>{name}</span>
          )}
          <Amount usd={total} />
        </li>
      ))}
    </ul>
  );
}
