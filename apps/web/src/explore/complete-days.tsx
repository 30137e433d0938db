import { addDays, type Day, type DayWindow } from '#libs/domain';
import { createContext, type ComponentChildren } from 'preact';
import { useContext } from 'preact/hooks';
import { fetchJson } from '../api/client.js';
import type { DayState } from '../api/rows.js';
import { useLoad } from '../api/use-load.js';
import { today } from '../days.js';
import { Loaded } from '../parts/states.js';
import { windowOf } from './range.js';

/** The day after the last complete one; undefined: all days before today count as complete. */
const EndContext = createContext<Day | undefined>(undefined);

/** If the last complete day is older than this, ranges end with yesterday, and show which days are missing. */
const DAYS_BACK = 3;

/**
 * Ranges with a name end with the last complete day for what is shown in here: between midnight and the first sync not much is
 * known of yesterday.
 */
export function UpToLastCompleteDay({ children }: { readonly children: ComponentChildren }) {
  const load = useLoad(`days before ${today()}`, (signal) =>
    fetchJson<DayState[]>('days', { from: addDays(today(), -DAYS_BACK) }, signal),
  );
  return (
    <Loaded load={load} height="tall">
      {(days) => {
        const last = days.findLast(({ complete }) => complete);
        return <EndContext.Provider value={last && addDays(last.date, 1)}>{children}</EndContext.Provider>;
      }}
    </Loaded>
  );
}

/** The days of a range of the URL. */
export function useWindow(range: string): DayWindow {
  return windowOf(range, today(), useContext(EndContext));
}
