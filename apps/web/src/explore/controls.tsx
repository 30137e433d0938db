import { addDays } from '#libs/domain';
import { today } from '../days.js';
import { go, STEPS, type Dimension, type Step, type View } from '../view.js';
import { useWindow } from './complete-days.js';
import { isPreset, PRESETS } from './range.js';
import { DIMENSION_WORDS } from './words.js';

interface ControlsProps {
  readonly view: View;
  /** Undefined: what the page is grouped by is not to be chosen. */
  readonly dimensions?: readonly Dimension[];
}

/** Range, step and grouping. */
export function Controls({ view, dimensions }: ControlsProps) {
  const window = useWindow(view.range);
  const to = addDays(window.until, -1);
  const pickDays = (from: string, last: string) => {
    if (from && last) go({ ...view, range: from <= last ? `${from}..${last}` : `${last}..${from}` });
  };
  return (
    <div class="controls">
      <label>
        Range
        <select
          value={isPreset(view.range) ? view.range : ''}
          onChange={(event) => go({ ...view, range: event.currentTarget.value })}
        >
          {!isPreset(view.range) && <option value="">Own dates</option>}
          {Object.entries(PRESETS).map(([preset, words]) => (
            <option key={preset} value={preset}>
              {words}
            </option>
          ))}
        </select>
      </label>
      <label>
        From
        <input
          type="date"
          value={window.from}
          max={today()}
          onChange={(event) => pickDays(event.currentTarget.value, to)}
        />
      </label>
      <label>
        To
        <input
          type="date"
          value={to}
          max={today()}
          onChange={(event) => pickDays(window.from, event.currentTarget.value)}
        />
      </label>
      <label>
        Step
        <select value={view.step} onChange={(event) => go({ ...view, step: event.currentTarget.value as Step })}>
          {STEPS.map((step) => (
            <option key={step}>{step}</option>
          ))}
        </select>
      </label>
      {dimensions && (
        <label>
          Group by
          <select value={view.by} onChange={(event) => go({ ...view, by: event.currentTarget.value as Dimension })}>
            {dimensions.map((dimension) => (
              <option key={dimension} value={dimension}>
                {DIMENSION_WORDS[dimension]}
              </option>
            ))}
          </select>
        </label>
      )}
    </div>
  );
}
