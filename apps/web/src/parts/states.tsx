import type { ComponentChildren } from 'preact';
import type { Failure } from '../api/client.js';
import type { Load } from '../api/use-load.js';

/** What a part of the page shows: its figures, or why there are none and what to do next. */
export function Loaded<Value>({ load, children, height }: LoadedProps<Value>) {
  if (load.failure) return <Failed failure={load.failure} retry={load.retry} />;
  if (load.value === undefined) return <Loading height={height} />;
  return (
    <div class={load.loading ? 'loaded stale' : 'loaded'} aria-busy={load.loading}>
      {children(load.value)}
    </div>
  );
}

interface LoadedProps<Value> {
  readonly load: Load<Value>;
  readonly children: (value: Value) => ComponentChildren;
  readonly height?: 'tall';
}

function Loading({ height }: { readonly height?: 'tall' | undefined }) {
  return (
    <p class={`state ${height ?? ''}`} role="status">
      Loading …
    </p>
  );
}

const TITLES: Readonly<Record<Failure['kind'], string>> = {
  'sign in': 'Sign in first',
  forbidden: 'Not for you to see',
  refused: 'This request does not work',
  away: 'No figures now',
  offline: 'No connection',
};

const ADVICE: Readonly<Record<Failure['kind'], string>> = {
  'sign in': 'Reload the page to do so.',
  forbidden: 'Ask who runs this service for access to this hub, or go back to what you may see.',
  refused: 'Change the range or the filters, or go back.',
  away: 'Stored figures are safe. Try again in a minute; if it stays so, tell who runs this service.',
  offline: '',
};

export function Failed({ failure, retry }: { readonly failure: Failure; readonly retry: () => void }) {
  return (
    <div class="state failed" role="alert">
      <strong>{TITLES[failure.kind]}</strong>
      <p>
        {failure.message} {ADVICE[failure.kind]}
      </p>
      <button type="button" onClick={retry}>
        Try again
      </button>
    </div>
  );
}

export function Empty({ title, children }: { readonly title: string; readonly children: ComponentChildren }) {
  return (
    <div class="state">
      <strong>{title}</strong>
      <p>{children}</p>
    </div>
  );
}
