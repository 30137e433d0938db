import { useEffect, useState } from 'preact/hooks';
import { asFailure, type Failure } from './client.js';

export type Load<Value> = {
  readonly value: Value | undefined;
  readonly failure: Failure | undefined;
  /** While true, `value` is that of the request before. */
  readonly loading: boolean;
  readonly retry: () => void;
  /** Loads again, and shows what there is meanwhile. */
  readonly reload: () => void;
};

/** What `load` gives, loaded again when `key` changes. The last value stays until the next is there: nothing flickers. */
export function useLoad<Value>(key: string, load: (signal: AbortSignal) => Promise<Value>): Load<Value> {
  const [attempt, setAttempt] = useState(0);
  const [state, setState] = useState<{ key?: string; value?: Value; failure?: Failure }>({});
  useEffect(() => {
    const controller = new AbortController();
    load(controller.signal).then(
      (value) => !controller.signal.aborted && setState({ key, value }),
      (error: unknown) => {
        if (controller.signal.aborted) return;
        setState({ key, failure: asFailure(error) });
      },
    );
    return () => controller.abort();
  }, [key, attempt]);
  return {
    value: state.value,
    failure: state.key === key ? state.failure : undefined,
    loading: state.key !== key,
    retry: () => {
      setState({});
      setAttempt(attempt + 1);
    },
    reload: () => setAttempt((before) => before + 1),
  };
}
