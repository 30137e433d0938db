import { useEffect, useState } from 'preact/hooks';
import { go, leaveFor, type Dimension, type View } from '../view.js';
import { listNames } from './list-names.js';
import { useWindow } from './complete-days.js';
import { DIMENSION_WORDS } from './words.js';

interface FiltersProps {
  readonly view: View;
  readonly dimensions: readonly Dimension[];
}

/** The filters at work, and a form that adds one. */
export function FilterBar({ view, dimensions }: FiltersProps) {
  const [dimension, setDimension] = useState<Dimension>('hub');
  const [names, setNames] = useState<readonly string[]>([]);
  const [text, setText] = useState('');
  const window = useWindow(view.range);
  useEffect(() => {
    const controller = new AbortController();
    // Names only help to type: without them any name can be typed.
    listNames(dimension, window, controller.signal).then(setNames, () => setNames([]));
    return () => controller.abort();
  }, [dimension, window.from, window.until]);
  const add = (event: Event) => {
    event.preventDefault();
    if (text === '') return;
    go(withFilter(view, dimension, text));
    setText('');
  };
  return (
    <div class="filters">
      <Chips view={view} dimensions={dimensions} />
      <form onSubmit={add}>
        <label>
          <span class="unseen">Filter by</span>
          <select value={dimension} onChange={(event) => setDimension(event.currentTarget.value as Dimension)}>
            {dimensions.map((name) => (
              <option key={name} value={name}>
                {DIMENSION_WORDS[name]}
              </option>
            ))}
          </select>
        </label>
        <label>
          <span class="unseen">Name</span>
          <input list="names" value={text} placeholder="name" onInput={(event) => setText(event.currentTarget.value)} />
        </label>
        <datalist id="names">
          {names.map((name) => (
            <option key={name} value={name} />
          ))}
        </datalist>
        <button type="submit">Add filter</button>
      </form>
    </div>
  );
}

/** The filters at work, each with a button that takes it away. */
export function Chips({ view, dimensions }: FiltersProps) {
  return (
    <>
      {dimensions.flatMap((name) =>
        (view.filters[name] ?? []).map((value) => (
          <button
            key={`${name} ${value}`}
            type="button"
            class="chip"
            aria-label={`Remove filter ${DIMENSION_WORDS[name]} ${value}`}
            onClick={() => leaveFor(withoutFilter(view, name, value))}
          >
            {DIMENSION_WORDS[name]}: <strong>{value}</strong> <span aria-hidden="true">×</span>
          </button>
        )),
      )}
    </>
  );
}

function withFilter(view: View, dimension: Dimension, value: string): View {
  const values = [...new Set([...(view.filters[dimension] ?? []), value])];
  return { ...view, filters: { ...view.filters, [dimension]: values } };
}

/** Of a row or a bar that was picked: its name alone, also where it was one of several names. */
export function onlyFilter(view: View, dimension: Dimension, value: string): View {
  return { ...view, filters: { ...view.filters, [dimension]: [value] } };
}

function withoutFilter(view: View, dimension: Dimension, value: string): View {
  const { [dimension]: values = [], ...others } = view.filters;
  const left = values.filter((one) => one !== value);
  return { ...view, filters: left.length === 0 ? others : { ...others, [dimension]: left } };
}
